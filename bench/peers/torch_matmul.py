"""A product of matrices in PyTorch, float32. Parameters: SHAPE (JSON, ProductShape of contestants/matmul.ts)"""

import json

from contestant import serve


def create(parameters):
    shape = json.loads(parameters[0])
    batches, m, n, k = shape["batches"], shape["m"], shape["n"], shape["k"]
    import torch

    def matrix(rows, columns, period):
        values = (torch.arange(batches * rows * columns) % period - 4).float() / 8
        return values.view(batches, rows, columns) if batches > 1 else values.view(rows, columns)

    a = matrix(k, m, 11).mT if shape["transposedA"] else matrix(m, k, 11)
    b = matrix(n, k, 13).mT if shape["transposedB"] else matrix(k, n, 13)
    corner = (a @ b).flatten()[0].item()

    def perform():
        a @ b

    versions = {"torch": torch.__version__, "threads": str(torch.get_num_threads())}
    return versions, perform, lambda: f"corner {corner:.4f}"


serve(create)
