"""Golden files of GptModel: a small random GPT-2 written by transformers, its logits, loss and gradients.

usage: python tools/reference/gpt_model_golden.py      (needs torch and transformers)
"""
import json
import pathlib

import torch
import transformers

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gpt-model/test/golden"
torch.manual_seed(0)
config = transformers.GPT2Config(
    vocab_size=40, n_positions=12, n_embd=16, n_layer=2, n_head=2, resid_pdrop=0.1, initializer_range=0.2,
    bos_token_id=39, eos_token_id=39,
)
model = transformers.GPT2LMHeadModel(config).eval()
with torch.no_grad():
    # Biases and norm weights away from zero and one, so that a mistake in any of them shows.
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))
model.save_pretrained(here / "gpt2-tiny")

ids = torch.randint(0, 40, (3, 9))
targets = torch.randint(0, 40, (3, 9))
targets[1, :4] = -100
logits = model(ids).logits
loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 40), targets.reshape(-1), ignore_index=-100, reduction="sum")
loss.backward()
gradients = {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}
greedy = model.generate(ids[:1, :4], max_new_tokens=8, do_sample=False, eos_token_id=None)


def rounded(values):
    return [float(f"{value:.7g}") for value in values]


(here / "gpt2-tiny.json").write_text(
    json.dumps(
        {
            "reference": f"transformers {transformers.__version__}, torch {torch.__version__}",
            "ids": ids.tolist(),
            "targets": targets.tolist(),
            "logits": rounded(logits.flatten().tolist()),
            "lossSum": loss.item(),
            "gradients": {name: rounded(values) for name, values in gradients.items()},
            "greedy": greedy[0].tolist(),
        }
    )
    + "\n"
)
