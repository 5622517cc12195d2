"""
Generation in llama.cpp with a Llama of GPT-2's size, float32, random weights: 12 layers, 12 heads, dim 768, hidden 2048,
vocabulary 50,257, tied. Parameters: `tokens` or `prompt`, and a folder for the file of weights.
"""

import os
import time

from contestant import serve
from gpt2_shape import CONTEXT, DIM, HEADS, LAYERS, LONG_PROMPT, NEW_TOKENS, SHORT_PROMPT, VOCABULARY

HIDDEN = 2048


def write_weights(path, rng):
    import gguf
    import numpy

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(DIM)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(DIM // HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("no_vocab")
    matrix = lambda name, *shape: writer.add_tensor(name, (0.02 * rng.standard_normal(shape)).astype(numpy.float32))
    ones = lambda name: writer.add_tensor(name, numpy.ones(DIM, numpy.float32))
    matrix("token_embd.weight", VOCABULARY, DIM)
    ones("output_norm.weight")
    for layer in range(LAYERS):
        prefix = f"blk.{layer}."
        ones(prefix + "attn_norm.weight")
        ones(prefix + "ffn_norm.weight")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"{prefix}{name}.weight", DIM, DIM)
        for name in ("ffn_gate", "ffn_up"):
            matrix(f"{prefix}{name}.weight", HIDDEN, DIM)
        matrix(prefix + "ffn_down.weight", DIM, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def create(parameters):
    import llama_cpp
    import numpy

    work, folder = parameters
    rng = numpy.random.default_rng(1)
    path = os.path.join(folder, "llama.gguf")
    if not os.path.exists(path):
        write_weights(path, rng)
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = llama_cpp.Llama(path, n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False)
    ids = [int(id) for id in rng.integers(0, VOCABULARY, LONG_PROMPT if work == "prompt" else SHORT_PROMPT)]
    state = {"last": 5}

    def perform():
        model.reset()
        started = time.perf_counter()
        model.eval(ids)
        if work == "prompt":
            return 1000 * (time.perf_counter() - started)
        started = time.perf_counter()
        for _ in range(NEW_TOKENS):
            # eval keeps the logits inside; which token comes next does not change the time.
            state["last"] = (state["last"] * 31 + 7) % VOCABULARY
            model.eval([state["last"]])
        return 1000 * (time.perf_counter() - started)

    return {"llama-cpp-python": llama_cpp.__version__, "threads": str(threads)}, perform, lambda: f"ends {state['last']}"


serve(create)
