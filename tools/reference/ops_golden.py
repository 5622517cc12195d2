"""Makes packages/conformance/test/golden/ops.json: values and gradients of every op, from PyTorch.

Run from the root of the repository: python tools/reference/ops_golden.py
Every case holds the inputs, the output, and the gradients of sum(output * probe). Attention is Gemma 2's eager
attention of transformers; the sliding window is the mask of transformers' masking_utils.
"""

import json
import types
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers.masking_utils import sliding_window_overlay
from transformers.models.gemma2.modeling_gemma2 import eager_attention_forward

torch.manual_seed(7)
cases = []


def flat(tensor):
    values = tensor.detach().flatten().tolist()
    if tensor.dtype == torch.float32:
        values = [float(f"{v:.8g}") for v in values]
    return {"dtype": "int32" if not tensor.is_floating_point() else "float32", "shape": list(tensor.shape), "values": values}


def record(name, op, forward, inputs, options=None, constants=None):
    """`inputs` are differentiated, `constants` are integer tensors."""
    constants = constants or {}
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = forward(**leaves, **constants)
    probe = torch.randn(output.shape)
    (output * probe).sum().backward()
    cases.append({
        "name": name,
        "op": op,
        "options": options or {},
        "inputs": {key: flat(value) for key, value in {**leaves, **constants}.items()},
        "probe": flat(probe),
        "output": flat(output),
        "gradients": {key: flat(leaf.grad) for key, leaf in leaves.items()},
    })


def ints(*rows):
    return torch.tensor(rows if len(rows) > 1 else rows[0], dtype=torch.int64)


randn = torch.randn

# linear, embedding, norms, activations
record("linear, bias", "linear", F.linear, {"x": randn(2, 3, 5), "weight": randn(4, 5), "bias": randn(4)})
record("linear, no bias", "linear", F.linear, {"x": randn(3, 7), "weight": randn(2, 7)})
record("embedding", "embedding", lambda ids, weight: F.embedding(ids, weight), {"weight": randn(6, 3)},
       constants={"ids": ints([0, 5, 5, 2], [5, 1, 0, 0])})
record("layerNorm, bias", "layerNorm", lambda x, weight, bias: F.layer_norm(x, (7,), weight, bias, 1e-5),
       {"x": randn(2, 3, 7) * 3 + 1, "weight": randn(7), "bias": randn(7)}, {"eps": 1e-5})
record("layerNorm, no bias", "layerNorm", lambda x, weight: F.layer_norm(x, (4,), weight, None, 1e-3),
       {"x": randn(5, 4), "weight": randn(4)}, {"eps": 1e-3})
record("rmsNorm", "rmsNorm", lambda x, weight: F.rms_norm(x, (6,), weight, 1e-5),
       {"x": randn(2, 3, 6) * 2 - 1, "weight": randn(6)}, {"eps": 1e-5})
spread = torch.cat([torch.linspace(-12, 12, 25), randn(15)])
record("gelu, tanh", "gelu", lambda x: F.gelu(x, approximate="tanh"), {"x": spread}, {"approximate": "tanh"})
record("gelu, exact", "gelu", lambda x: F.gelu(x), {"x": spread}, {"approximate": "none"})
record("swiglu", "swiglu", lambda gate, up: F.silu(gate) * up, {"gate": spread.reshape(5, 8), "up": randn(5, 8)})

# head and loss
targets = ints([3, -100, 0, 10, -100, 3])
record("linearCrossEntropy", "linearCrossEntropy",
       lambda hidden, headWeight, targets: F.cross_entropy(hidden @ headWeight.T, targets, reduction="none"),
       {"hidden": randn(6, 5), "headWeight": randn(11, 5) * 2}, constants={"targets": targets})
record("linearCrossEntropy, soft cap", "linearCrossEntropy",
       lambda hidden, headWeight, targets: F.cross_entropy(torch.tanh(hidden @ headWeight.T / 3) * 3, targets, reduction="none"),
       {"hidden": randn(6, 5), "headWeight": randn(11, 5) * 2}, {"softCap": 3}, {"targets": targets})


def attention_case(name, batch=2, query_time=5, key_time=None, heads=4, kv_heads=4, head_dim=4, value_dim=None, causal=True,
                   window=None, soft_cap=None, slopes=None, scale=None, query_positions=None, key_positions=None,
                   key_lengths=None, segment_ids=None):
    key_time = key_time or query_time
    value_dim = value_dim or head_dim
    q_pos = query_positions if query_positions is not None else torch.arange(query_time).expand(batch, -1)
    k_pos = key_positions if key_positions is not None else torch.arange(key_time).expand(batch, -1)
    distance = q_pos[:, :, None] - k_pos[:, None, :]
    visible = torch.ones_like(distance, dtype=torch.bool)
    if causal:
        visible &= distance >= 0
    if window is not None:
        visible &= sliding_window_overlay(window)(0, 0, q_pos[:, :, None], k_pos[:, None, :])
    if key_lengths is not None:
        visible &= torch.arange(key_time)[None, None, :] < key_lengths[:, None, None]
    if segment_ids is not None:
        visible &= segment_ids[:, :, None] == segment_ids[:, None, :]
    mask = torch.where(visible, 0.0, torch.finfo(torch.float32).min)[:, None]
    if slopes is not None:
        mask = mask - torch.tensor(slopes)[None, :, None, None] * distance[:, None]
    module = types.SimpleNamespace(head_dim=head_dim, num_key_value_groups=heads // kv_heads, training=False)
    seen = visible.any(-1)[:, :, None, None]

    def forward(query, key, value, **_):
        mixed, _ = eager_attention_forward(module, query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), mask,
                                           scaling=scale, softcap=soft_cap)
        # The reference spreads a query that sees nothing over hidden keys; ours gives zeros.
        return torch.where(seen, mixed, torch.zeros(()))

    options = {"causal": causal, "window": window, "softCap": soft_cap, "alibiSlopes": slopes, "scale": scale}
    tensors = {"queryPositions": query_positions, "keyPositions": key_positions, "keyLengths": key_lengths, "segmentIds": segment_ids}
    record("attention, " + name, "attention", forward,
           {"query": randn(batch, query_time, heads, head_dim), "key": randn(batch, key_time, kv_heads, head_dim),
            "value": randn(batch, key_time, kv_heads, value_dim)},
           {key: value for key, value in options.items() if value is not None},
           {key: value for key, value in tensors.items() if value is not None})


attention_case("causal")
attention_case("not causal, own scale", causal=False, scale=0.3)
attention_case("one token", query_time=1, heads=1, kv_heads=1)
attention_case("grouped, other value size", heads=6, kv_heads=2, value_dim=3)
attention_case("window", query_time=7, window=3)
attention_case("soft cap", soft_cap=1.5)
attention_case("linear bias", slopes=[0.5, 0.25, 0.125, 0.0625])
attention_case("key lengths, one of them zero", key_lengths=ints([3, 0]), causal=False)
attention_case("key lengths, causal", key_lengths=ints([2, 5]))
attention_case("segments", query_time=6, segment_ids=ints([0, 0, 1, 1, 1, 2], [4, 4, 4, 4, 9, 9]))
attention_case("cache", query_time=2, key_time=8, heads=4, kv_heads=2, query_positions=ints([3, 4], [6, 7]))
attention_case("cache, window that hides all of one row", query_time=2, key_time=6, query_positions=ints([2, 3], [9, 4]), window=3)
attention_case("own key positions", query_time=4, query_positions=ints([0, 1, 0, 1], [5, 6, 7, 8]),
               key_positions=ints([0, 1, 0, 1], [5, 6, 7, 8]))
attention_case("everything", query_time=6, heads=4, kv_heads=2, window=4, soft_cap=2.0, slopes=[0.5, 0.25, 0.125, 0.0625], scale=0.4,
               key_lengths=ints([6, 4]), segment_ids=ints([0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0]))
attention_case("odd sizes", batch=3, query_time=7, heads=3, kv_heads=1, head_dim=5)

path = Path("packages/conformance/test/golden/ops.json")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps({"reference": f"torch {torch.__version__}, transformers {transformers.__version__}", "cases": cases}, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes,", len(cases), "cases")
