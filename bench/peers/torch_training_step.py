"""A training step in PyTorch: forward, backward, clip, AdamW, float32, CPU.
Parameters: CONFIGURATION (JSON, contestants/configurations.ts) eager|compiled"""

import json

from contestant import serve


def create(parameters):
    shape = json.loads(parameters[0])
    layers, heads_count, dim = shape["numLayers"], shape["numHeads"], shape["embedDim"]
    context, batch, vocabulary = shape["maxSeqLen"], shape["batchSize"], shape["vocabSize"]
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention_norm = nn.LayerNorm(dim, bias=False)
            self.query_key_value = nn.Linear(dim, 3 * dim, bias=False)
            self.output = nn.Linear(dim, dim, bias=False)
            self.feed_forward_norm = nn.LayerNorm(dim, bias=False)
            self.up = nn.Linear(dim, 4 * dim, bias=False)
            self.down = nn.Linear(4 * dim, dim, bias=False)

        def forward(self, x):
            heads = [
                part.unflatten(-1, (heads_count, dim // heads_count)).transpose(1, 2)
                for part in self.query_key_value(self.attention_norm(x)).chunk(3, dim=-1)
            ]
            attended = F.scaled_dot_product_attention(*heads, is_causal=True)
            x = x + self.output(attended.transpose(1, 2).flatten(2))
            return x + self.down(F.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh"))

    class Gpt(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(vocabulary, dim)
            self.positions = nn.Embedding(context, dim)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.final_norm = nn.LayerNorm(dim, bias=False)
            for name, parameter in self.named_parameters():
                if parameter.dim() > 1:
                    residual = name.endswith(("output.weight", "down.weight"))
                    nn.init.normal_(parameter, std=0.02 / (2 * layers) ** 0.5 if residual else 0.02)

        def forward(self, ids, targets):
            x = self.blocks(self.tokens(ids) + self.positions.weight)
            logits = F.linear(self.final_norm(x), self.tokens.weight)
            return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    torch.manual_seed(1)
    model = Gpt()
    forward = torch.compile(model) if parameters[1] == "compiled" else model
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), eps=1e-8)
    stream = torch.randint(vocabulary, (100_000,))
    state = {"loss": float("nan"), "step": 0}

    def perform():
        size = batch * context
        start = state["step"] * size % (len(stream) - size - 1)
        state["step"] += 1
        ids = stream[start : start + size].view(batch, context)
        targets = stream[start + 1 : start + 1 + size].view(batch, context)
        loss = forward(ids, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        state["loss"] = loss.item()

    versions = {"torch": torch.__version__, "threads": str(torch.get_num_threads())}
    return versions, perform, lambda: f"loss {state['loss']:.2f}"


serve(create)
