"""A training step in JAX, compiled, with donated buffers: forward, backward, clip, AdamW, float32, CPU.
Parameters: CONFIGURATION (JSON, contestants/configurations.ts). OMP_NUM_THREADS limits the processors."""

import functools
import json
import os

from contestant import serve


def create(parameters):
    shape = json.loads(parameters[0])
    layers, heads, dim = shape["numLayers"], shape["numHeads"], shape["embedDim"]
    context, batch, vocabulary = shape["maxSeqLen"], shape["batchSize"], shape["vocabSize"]
    if "OMP_NUM_THREADS" in os.environ:
        # JAX makes a thread for each processor that it may use, and has no other setting.
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[: int(os.environ["OMP_NUM_THREADS"])])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import numpy
    from jax import numpy as jnp

    key = jax.random.PRNGKey(1)

    def normal(number, *size, residual=False):
        std = 0.02 / (2 * layers) ** 0.5 if residual else 0.02
        return std * jax.random.normal(jax.random.fold_in(key, number), size, jnp.float32)

    weights = {
        "tokens": normal(0, vocabulary, dim),
        "positions": normal(1, context, dim),
        "final_norm": jnp.ones(dim),
        "blocks": [
            {
                "attention_norm": jnp.ones(dim),
                "query_key_value": normal(10 * layer + 2, dim, 3 * dim),
                "output": normal(10 * layer + 3, dim, dim, residual=True),
                "feed_forward_norm": jnp.ones(dim),
                "up": normal(10 * layer + 4, dim, 4 * dim),
                "down": normal(10 * layer + 5, 4 * dim, dim, residual=True),
            }
            for layer in range(layers)
        ],
    }
    mask = jnp.tril(jnp.ones((context, context), bool))

    def layer_norm(x, weight):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * weight

    def loss_of(weights, ids, targets):
        x = weights["tokens"][ids] + weights["positions"]
        for block in weights["blocks"]:
            projected = layer_norm(x, block["attention_norm"]) @ block["query_key_value"]
            query, key, value = jnp.moveaxis(projected.reshape(batch, context, 3, heads, dim // heads), 2, 0)
            scores = jnp.einsum("bthd,bshd->bhts", query, key) * (dim // heads) ** -0.5
            chances = jax.nn.softmax(jnp.where(mask, scores, -1e9), -1)
            attended = jnp.einsum("bhts,bshd->bthd", chances, value).reshape(batch, context, dim)
            x = x + attended @ block["output"]
            up = layer_norm(x, block["feed_forward_norm"]) @ block["up"]
            x = x + jax.nn.gelu(up) @ block["down"]
        logits = layer_norm(x, weights["final_norm"]) @ weights["tokens"].T
        chosen = jnp.take_along_axis(logits, targets[..., None], -1)[..., 0]
        return (jax.nn.logsumexp(logits, -1) - chosen).mean()

    @functools.partial(jax.jit, donate_argnums=(0, 1, 2))
    def train(weights, means, squares, step, ids, targets):
        loss, gradients = jax.value_and_grad(loss_of)(weights, ids, targets)
        norm = jnp.sqrt(sum(jnp.sum(leaf * leaf) for leaf in jax.tree.leaves(gradients)))
        gradients = jax.tree.map(lambda leaf: leaf * jnp.minimum(1.0, 1.0 / (norm + 1e-6)), gradients)
        means = jax.tree.map(lambda mean, leaf: 0.9 * mean + 0.1 * leaf, means, gradients)
        squares = jax.tree.map(lambda square, leaf: 0.99 * square + 0.01 * leaf * leaf, squares, gradients)

        def update(weight, mean, square):
            direction = mean / (1 - 0.9**step) / (jnp.sqrt(square / (1 - 0.99**step)) + 1e-8)
            decay = 0.1 * weight if weight.ndim > 1 else 0.0
            return weight - 1e-3 * (direction + decay)

        return jax.tree.map(update, weights, means, squares), means, squares, loss

    means = jax.tree.map(jnp.zeros_like, weights)
    squares = jax.tree.map(jnp.zeros_like, weights)
    stream = numpy.random.default_rng(1).integers(0, vocabulary, 100_000, dtype=numpy.int32)
    state = {"weights": weights, "means": means, "squares": squares, "loss": float("nan"), "step": 0}

    def perform():
        size = batch * context
        start = state["step"] * size % (len(stream) - size - 1)
        state["step"] += 1
        ids = stream[start : start + size].reshape(batch, context)
        targets = stream[start + 1 : start + 1 + size].reshape(batch, context)
        arguments = (state["weights"], state["means"], state["squares"], float(state["step"]), ids, targets)
        state["weights"], state["means"], state["squares"], loss = train(*arguments)
        state["loss"] = float(loss)

    return {"jax": jax.__version__}, perform, lambda: f"loss {state['loss']:.2f}"


serve(create)
