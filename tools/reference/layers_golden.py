"""Makes packages/layers/test/golden/layers.json: outputs and gradients of small random layers in PyTorch.

Run from the root of the repository: python tools/reference/layers_golden.py
Every case holds parameters by their gptloom path, an input, the output, and the gradients of sum(output * probe).
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(3)
BATCH, TIME, DIM = 2, 5, 8


def flat(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


def record(name, parameters, forward, options):
    for tensor in parameters.values():
        if tensor.grad is not None:
            tensor.grad = None
    x = torch.randn(BATCH, TIME, DIM, requires_grad=True)
    probe = torch.randn(BATCH, TIME, DIM)
    output = forward(x)
    (output * probe).sum().backward()
    return {
        "name": name,
        "options": options,
        "parameters": {path: flat(tensor) for path, tensor in parameters.items()},
        "input": flat(x),
        "probe": flat(probe),
        "output": flat(output),
        "gradients": {path: flat(tensor.grad) for path, tensor in parameters.items()},
        "inputGradient": flat(x.grad),
    }


def leaf(*shape, scale=0.4):
    return nn.Parameter(torch.randn(*shape) * scale)


def randomize(module):
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module


def causal_mask(window=None):
    place = torch.arange(TIME)
    mask = place[None, :] <= place[:, None]
    return mask if window is None else mask & (place[None, :] > place[:, None] - window)


def fused_attention():
    reference = randomize(nn.MultiheadAttention(DIM, 2, batch_first=True))
    parameters = {
        "queryKeyValue.weight": reference.in_proj_weight,
        "queryKeyValue.bias": reference.in_proj_bias,
        "output.weight": reference.out_proj.weight,
        "output.bias": reference.out_proj.bias,
    }
    return record(
        "attention: fused, biases",
        parameters,
        lambda x: reference(x, x, x, attn_mask=~causal_mask(), need_weights=False)[0],
        {"embedDim": DIM, "numHeads": 2},
    )


def grouped_attention(name, options, window=None, soft_cap=None):
    heads, kv_heads, head_dim = 4, 2, 3
    parameters = {
        "query.weight": leaf(heads * head_dim, DIM),
        "key.weight": leaf(kv_heads * head_dim, DIM),
        "value.weight": leaf(kv_heads * head_dim, DIM),
        "output.weight": leaf(DIM, heads * head_dim),
    }

    def forward(x):
        split = lambda weight, count: F.linear(x, weight).view(BATCH, TIME, count, head_dim).transpose(1, 2)
        query = split(parameters["query.weight"], heads)
        key = split(parameters["key.weight"], kv_heads)
        value = split(parameters["value.weight"], kv_heads)
        if soft_cap is None:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=causal_mask(window), enable_gqa=True)
        else:
            # As in transformers' Gemma 2 (eager attention).
            key, value = (t.repeat_interleave(heads // kv_heads, dim=1) for t in (key, value))
            scores = query @ key.transpose(2, 3) * head_dim**-0.5
            scores = torch.tanh(scores / soft_cap) * soft_cap
            mixed = torch.softmax(scores.masked_fill(~causal_mask(window), float("-inf")), dim=-1) @ value
        return F.linear(mixed.transpose(1, 2).reshape(BATCH, TIME, -1), parameters["output.weight"])

    shared = {"embedDim": DIM, "numHeads": heads, "numKvHeads": kv_heads, "headDim": head_dim}
    return record(name, parameters, forward, {**shared, "bias": False, "projections": "separate", **options})


ACTIVATIONS = {
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "gelu-exact": F.gelu,
    "relu": F.relu,
    "squared-relu": lambda x: F.relu(x).square(),
}


def feed_forward(activation):
    parameters = {"up.weight": leaf(12, DIM), "up.bias": leaf(12)}
    if activation == "swiglu":
        parameters = {"gate.weight": leaf(12, DIM), "gate.bias": leaf(12), **parameters}
    parameters |= {"down.weight": leaf(DIM, 12), "down.bias": leaf(DIM)}
    layer = lambda x, name: F.linear(x, parameters[f"{name}.weight"], parameters[f"{name}.bias"])

    def forward(x):
        if activation == "swiglu":
            return layer(F.silu(layer(x, "gate")) * layer(x, "up"), "down")
        return layer(ACTIVATIONS[activation](layer(x, "up")), "down")

    options = {"embedDim": DIM, "intermediateDim": 12, "activation": activation}
    return record(f"feed-forward: {activation}", parameters, forward, options)


def block(position):
    reference = randomize(
        nn.TransformerEncoderLayer(
            DIM, 2, 12, dropout=0.0, activation=ACTIVATIONS["gelu"], batch_first=True, norm_first=position == "pre"
        )
    )
    parameters = {
        "attentionNorm.weight": reference.norm1.weight,
        "attentionNorm.bias": reference.norm1.bias,
        "attention.queryKeyValue.weight": reference.self_attn.in_proj_weight,
        "attention.queryKeyValue.bias": reference.self_attn.in_proj_bias,
        "attention.output.weight": reference.self_attn.out_proj.weight,
        "attention.output.bias": reference.self_attn.out_proj.bias,
        "feedForwardNorm.weight": reference.norm2.weight,
        "feedForwardNorm.bias": reference.norm2.bias,
        "feedForward.up.weight": reference.linear1.weight,
        "feedForward.up.bias": reference.linear1.bias,
        "feedForward.down.weight": reference.linear2.weight,
        "feedForward.down.bias": reference.linear2.bias,
    }
    mask = nn.Transformer.generate_square_subsequent_mask(TIME)
    return record(f"block: {position}", parameters, lambda x: reference(x, src_mask=mask), {"normPosition": position})


def rms_norm():
    reference = randomize(nn.RMSNorm(DIM, eps=1e-5))
    return record("rms norm", {"weight": reference.weight}, reference, {"embedDim": DIM})


cases = [
    fused_attention(),
    grouped_attention("attention: separate, grouped", {}),
    grouped_attention("attention: grouped, window", {"window": 2}, window=2),
    grouped_attention("attention: grouped, soft cap", {"softCap": 2}, soft_cap=2.0),
    *[feed_forward(activation) for activation in ("gelu", "gelu-exact", "swiglu", "relu", "squared-relu")],
    block("pre"),
    block("post"),
    rms_norm(),
]
golden = {"reference": f"torch {torch.__version__}", "cases": cases}
path = Path("packages/layers/test/golden/layers.json")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(golden) + "\n")
print(path, path.stat().st_size)
