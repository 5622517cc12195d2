"""Prints the known numbers of packages/backend/src/self-check.ts, computed by PyTorch in float64.

usage: python tools/reference/backend-self-check.py
"""
import math

import torch
import torch.nn.functional as functional

torch.set_default_dtype(torch.float64)


def waves(count, phase):
    # float32 inputs, as the backends see them.
    return torch.tensor([math.sin(1.7 * index + phase) for index in range(count)]).float().double()


rows, in_dim, out_dim, eps = 3, 5, 4, 1e-5
x = waves(rows * in_dim, 0.0).reshape(rows, in_dim).requires_grad_()
weight = waves(out_dim * in_dim, 0.5).reshape(out_dim, in_dim).requires_grad_()
bias = waves(out_dim, 1.0).requires_grad_()
norm_weight = waves(out_dim, 1.5).requires_grad_()
targets = torch.tensor([2, 0, 3])

hidden = functional.gelu(functional.linear(x, weight, bias), approximate="tanh")
logits = functional.layer_norm(hidden, (out_dim,), norm_weight, None, eps)
loss = functional.cross_entropy(logits, targets)
loss.backward()

print("torch", torch.__version__)
print("loss", [round(loss.item(), 7)])
for name, value in [("x", x), ("weight", weight), ("bias", bias), ("normWeight", norm_weight)]:
    print(name, [round(entry, 7) for entry in value.grad.flatten().tolist()])
