"""Writes packages/formats/test/golden/safetensors.json: files made by the reference safetensors, as base64.

Run with a Python that has safetensors and torch: python tools/reference/formats_safetensors.py
"""

import base64
import json
import pathlib

import safetensors
import torch
from safetensors.torch import save

golden = pathlib.Path(__file__).parents[2] / "packages/formats/test/golden"


def describe(tensor):
    if tensor.dtype in (torch.bfloat16, torch.float16):
        return tensor.view(torch.uint16).flatten().tolist()
    if tensor.dtype == torch.bool:
        return tensor.to(torch.uint8).flatten().tolist()
    return [str(x) if tensor.dtype in (torch.int64, torch.uint64) else x for x in tensor.flatten().tolist()]


def case(name, tensors, metadata=None):
    return {
        "name": name,
        "metadata": metadata or {},
        "tensors": {k: {"shape": list(t.shape), "elements": describe(t)} for k, t in tensors.items()},
        "base64": base64.b64encode(save(tensors, metadata=metadata)).decode(),
    }


torch.manual_seed(0)
every = {
    "bool": torch.tensor([True, False, True]),
    "u8": torch.tensor([0, 127, 255], dtype=torch.uint8),
    "i8": torch.tensor([-128, 0, 127], dtype=torch.int8),
    "i16": torch.tensor([-32768, 32767, 5], dtype=torch.int16),
    "u16": torch.tensor([0, 65535], dtype=torch.uint16),
    "f16": torch.randn(2, 3).to(torch.float16),
    "bf16": torch.randn(3).to(torch.bfloat16),
    "i32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "u32": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
    "f32": torch.randn(2, 2),
    "f64": torch.randn(2, dtype=torch.float64),
    "i64": torch.tensor([-(2**63), 2**63 - 1]),
    "u64": torch.tensor([0, 2**63 - 1], dtype=torch.uint64),
}
cases = [
    case("every dtype", every),
    case("metadata of one key", {"weight": torch.arange(4.0).reshape(2, 2)}, {"format": "pt"}),
    case("scalars and empty tensors", {"scalar": torch.tensor(1.5), "empty": torch.zeros(0, 3), "b": torch.ones(1)}),
    case("names beyond ASCII and beyond the basic plane", {
        "\U0001f600": torch.ones(1), "\uffee": torch.ones(1), "\u00e9\"\\\n\u0001\u007f": torch.ones(1), "a": torch.ones(1),
        "Z": torch.ones(1), "layers.10.w": torch.ones(1), "layers.9.w": torch.ones(1),
    }),
    case("odd sizes", {"a": torch.ones(3, dtype=torch.int8), "b": torch.ones(5, dtype=torch.float16), "c": torch.ones(3)}),
    case("no tensors", {}),
]
values = torch.tensor([0.0, -0.0, 1.0, -1.0, 1e-8, 5.96e-8, 2.98e-8, 2.980232e-08, 8.94e-8, 6.1e-5, 6.097e-5, 65504.0, 65519.0,
                       65520.0, -1e9, 3.14159265, 1.00048828125, 1.00146484375, 1e-40, 3.4e38, float("inf"), float("-inf"), 0.1, 1 / 3])
values = torch.cat([values, torch.randn(200) * torch.exp(torch.randn(200) * 6)])
rounding = {
    "float32": values.view(torch.int32).tolist(),
    "float16": values.to(torch.float16).view(torch.uint16).tolist(),
    "bfloat16": values.to(torch.bfloat16).view(torch.uint16).tolist(),
}
halves = torch.arange(0, 65536, dtype=torch.int32).to(torch.uint16).view(torch.float16)
finite = halves[~torch.isnan(halves)]
rounding["allHalvesSum"] = float(finite[~torch.isinf(finite)].abs().double().sum())
golden.mkdir(parents=True, exist_ok=True)
(golden / "safetensors.json").write_text(
    json.dumps({"safetensors": safetensors.__version__, "torch": torch.__version__, "cases": cases, "rounding": rounding}, indent=1) + "\n"
)
