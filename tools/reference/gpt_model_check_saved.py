"""Loads a directory that GptModel.save wrote into transformers and compares the logits that stand beside it.

usage: python tools/reference/gpt_model_check_saved.py DIRECTORY      (needs torch and transformers)
DIRECTORY holds the model and logits.json: {"ids": [[...]], "logits": [...]}. Prints the largest absolute difference.
"""
import json
import pathlib
import sys

import torch
import transformers

directory = pathlib.Path(sys.argv[1])
model, report = transformers.GPT2LMHeadModel.from_pretrained(directory, output_loading_info=True)
model.eval()
problems = {kind: names for kind, names in report.items() if names}
golden = json.loads((directory / "logits.json").read_text())
logits = model(torch.tensor(golden["ids"])).logits.flatten()
difference = (logits - torch.tensor(golden["logits"])).abs().max().item()
print(json.dumps({"transformers": transformers.__version__, "maxDifference": difference, "problems": str(problems)}))
sys.exit(0 if difference < 1e-4 and not problems else 1)
