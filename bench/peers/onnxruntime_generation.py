"""
A step of generation with GPT-2's shape in onnxruntime, the engine of transformers.js, float32, over 80 tokens in the cache.
The parameter names a folder for the exported model.
"""

import os
import time

from contestant import serve
from gpt2_shape import DIM, HEADS, LAYERS, NEW_TOKENS, SHORT_PROMPT, VOCABULARY

CACHED = SHORT_PROMPT + NEW_TOKENS


def export(path):
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Step(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(VOCABULARY, DIM)
            self.norms = nn.ModuleList(nn.LayerNorm(DIM) for _ in range(2 * LAYERS + 1))
            self.query_key_value = nn.ModuleList(nn.Linear(DIM, 3 * DIM) for _ in range(LAYERS))
            self.output = nn.ModuleList(nn.Linear(DIM, DIM) for _ in range(LAYERS))
            self.up = nn.ModuleList(nn.Linear(DIM, 4 * DIM) for _ in range(LAYERS))
            self.down = nn.ModuleList(nn.Linear(4 * DIM, DIM) for _ in range(LAYERS))

        def forward(self, ids, past):
            x = self.tokens(ids)
            present = []
            for layer in range(LAYERS):
                parts = self.query_key_value[layer](self.norms[2 * layer](x))
                q, k, v = parts.view(1, 3, HEADS, DIM // HEADS).permute(1, 2, 0, 3)
                k = torch.cat([past[2 * layer], k], 1)
                v = torch.cat([past[2 * layer + 1], v], 1)
                present += [k, v]
                mixed = torch.softmax(q @ k.transpose(1, 2) / (DIM // HEADS) ** 0.5, -1) @ v
                x = x + self.output[layer](mixed.permute(1, 0, 2).reshape(1, DIM))
                hidden = self.up[layer](self.norms[2 * layer + 1](x))
                x = x + self.down[layer](F.gelu(hidden, approximate="tanh"))
            return F.linear(self.norms[-1](x), self.tokens.weight), torch.stack(present)

    torch.manual_seed(1)
    example = (torch.tensor([5]), torch.randn(2 * LAYERS, HEADS, CACHED, DIM // HEADS))
    torch.onnx.export(Step().eval(), example, path, dynamo=True, external_data=True, verbose=False)


def create(parameters):
    import numpy
    import onnxruntime

    (folder,) = parameters
    path = os.path.join(folder, "step.onnx")
    export(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    past = numpy.random.default_rng(1).standard_normal((2 * LAYERS, HEADS, CACHED, DIM // HEADS), numpy.float32)
    state = {"last": 5}

    def perform():
        started = time.perf_counter()
        for _ in range(NEW_TOKENS):
            logits, _present = session.run(None, {names[0]: numpy.array([state["last"]]), names[1]: past})
            state["last"] = int(logits.argmax())
        return 1000 * (time.perf_counter() - started)

    versions = {"onnxruntime": onnxruntime.__version__, "threads": str(options.intra_op_num_threads)}
    return versions, perform, lambda: f"ends {state['last']}"


serve(create)
