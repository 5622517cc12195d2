"""
Generation with GPT-2's shape in PyTorch, float32: `tokens` and `prompt` in transformers, `plain` as a loop written by hand
over storage for keys and values, `sum` only reads as many bytes as the weights have.
"""

import os
import time

from contestant import serve
from gpt2_shape import CONTEXT, DIM, HEADS, LAYERS, LONG_PROMPT, NEW_TOKENS, SHORT_PROMPT, VOCABULARY, WEIGHTS

os.environ["HF_HUB_OFFLINE"] = "1"


def milliseconds_since(started):
    return 1000 * (time.perf_counter() - started)


def transformers_work(torch, work):
    import transformers

    model = transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval()
    ids = torch.randint(0, VOCABULARY, (1, LONG_PROMPT if work == "prompt" else SHORT_PROMPT))
    state = {"last": None}

    def perform():
        with torch.inference_mode():
            started = time.perf_counter()
            out = model(ids, use_cache=True, logits_to_keep=1)
            state["last"] = out.logits[:, -1:].argmax(-1)
            if work == "prompt":
                return milliseconds_since(started)
            started = time.perf_counter()
            for _ in range(NEW_TOKENS):
                out = model(state["last"], past_key_values=out.past_key_values, use_cache=True)
                state["last"] = out.logits[:, -1:].argmax(-1)
            return milliseconds_since(started)

    versions = {"transformers": transformers.__version__}
    return versions, perform, lambda: f"ends {state['last'].item()}"


def plain_work(torch):
    from torch.nn import functional as F

    head_dim = DIM // HEADS
    draw = lambda *shape: torch.randn(*shape) * 0.02
    shapes = ((3 * DIM, DIM), (DIM, DIM), (4 * DIM, DIM), (DIM, 4 * DIM))
    blocks = [[(draw(*shape), torch.zeros(shape[0])) for shape in shapes] for _ in range(LAYERS)]
    tokens, positions = draw(VOCABULARY, DIM), draw(CONTEXT, DIM)
    scale, shift = torch.ones(DIM), torch.zeros(DIM)
    keys = torch.zeros(LAYERS, HEADS, CONTEXT, head_dim)
    values = torch.zeros(LAYERS, HEADS, CONTEXT, head_dim)
    norm = lambda x: F.layer_norm(x, (DIM,), scale, shift)
    state = {"last": 0}

    def perform():
        with torch.inference_mode():
            started = time.perf_counter()
            for at in range(SHORT_PROMPT, SHORT_PROMPT + NEW_TOKENS):
                x = tokens[state["last"]] + positions[at]
                for layer, (query_key_value, output, up, down) in enumerate(blocks):
                    q, k, v = F.linear(norm(x), *query_key_value).view(3, HEADS, head_dim)
                    keys[layer, :, at] = k
                    values[layer, :, at] = v
                    mixed = F.scaled_dot_product_attention(
                        q[:, None], keys[layer, :, : at + 1], values[layer, :, : at + 1]
                    )
                    x = x + F.linear(mixed.reshape(DIM), *output)
                    x = x + F.linear(F.gelu(F.linear(norm(x), *up), approximate="tanh"), *down)
                state["last"] = F.linear(norm(x), tokens).argmax().item()
            return milliseconds_since(started)

    return {}, perform, lambda: f"ends {state['last']}"


def sum_work(torch):
    weights = torch.ones(WEIGHTS)
    state = {"sum": 0.0}

    def perform():
        started = time.perf_counter()
        for _ in range(NEW_TOKENS):
            state["sum"] = weights.sum().item()
        return milliseconds_since(started)

    return {}, perform, lambda: f"sum {state['sum']:.3g}"


def create(parameters):
    import torch

    torch.manual_seed(1)
    (work,) = parameters
    if work == "sum":
        versions, perform, check = sum_work(torch)
    elif work == "plain":
        versions, perform, check = plain_work(torch)
    else:
        versions, perform, check = transformers_work(torch, work)
    return {"torch": torch.__version__, "threads": str(torch.get_num_threads()), **versions}, perform, check


serve(create)
