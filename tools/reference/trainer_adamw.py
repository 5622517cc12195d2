"""AdamW for 100 steps, gradient clipping and the cosine schedule, from PyTorch and nanoGPT's formula.

Writes packages/trainer/test/golden/adamw.json.
"""

import json
import math
from pathlib import Path

import torch

torch.manual_seed(0)
out = Path(__file__).parents[2] / "packages/trainer/test/golden/adamw.json"


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


# A matrix that decays and a bias that does not; gradients are a fixed function of the step, so that no file of them is needed.
start = {"matrix": torch.randn(3, 4), "bias": torch.randn(4)}


def gradient(name, step, shape):
    count = math.prod(shape)
    phase = 0.0 if name == "matrix" else 1.0
    values = [math.sin(0.7 * (step + 1) * (i + 1) + phase) * 0.1 for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).to(torch.float32).reshape(shape)


settings = {"peak": 1e-2, "warmupSteps": 10, "totalSteps": 100, "final": 1e-3}


# nanoGPT, train.py, get_lr.
def learning_rate(step):
    if step < settings["warmupSteps"]:
        return settings["peak"] * (step + 1) / (settings["warmupSteps"] + 1)
    if step > settings["totalSteps"]:
        return settings["final"]
    ratio = (step - settings["warmupSteps"]) / (settings["totalSteps"] - settings["warmupSteps"])
    coefficient = 0.5 * (1.0 + math.cos(math.pi * ratio))
    return settings["final"] + coefficient * (settings["peak"] - settings["final"])


parameters = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
optimizer = torch.optim.AdamW(
    [
        {"params": [parameters["matrix"]], "weight_decay": 0.1},
        {"params": [parameters["bias"]], "weight_decay": 0.0},
    ],
    lr=settings["peak"],
    betas=(0.9, 0.95),
    eps=1e-8,
)
after = {}
for step in range(100):
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    for name, parameter in parameters.items():
        # The bias gets no gradient for a while: its own count of updates then decides the bias correction.
        skipped = name == "bias" and 20 <= step < 30
        parameter.grad = None if skipped else gradient(name, step, tuple(parameter.shape))
    optimizer.step()
    if step + 1 in (1, 25, 35, 100):
        after[step + 1] = {name: numbers(parameter.detach()) for name, parameter in parameters.items()}

clipping = []
for scale in (0.1, 10.0):
    first = torch.nn.Parameter(torch.zeros(2, 3))
    second = torch.nn.Parameter(torch.zeros(2))
    first.grad = torch.arange(1.0, 7.0).reshape(2, 3) * scale
    second.grad = torch.tensor([-1.0, 2.0]) * scale
    given = [numbers(first.grad), numbers(second.grad)]
    norm = torch.nn.utils.clip_grad_norm_([first, second], 1.0)
    clipping.append({"given": given, "norm": float(norm), "clipped": [numbers(first.grad), numbers(second.grad)]})

golden = {
    "reference": f"torch {torch.__version__}; cosine after nanoGPT train.py get_lr",
    "start": {name: numbers(value) for name, value in start.items()},
    "schedule": settings,
    "rates": [learning_rate(step) for step in range(120)],
    "after": after,
    "clipping": clipping,
}
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps(golden) + "\n")
