"""Writes a trained run as three checkpoints in Hugging Face layout (bf16), and the tasks that go with them.

    python export.py RUN DEMO       RUN: a folder of train.py; DEMO: receives base/, sft/, dpo/ and tasks.json
"""

import json
import sys
from pathlib import Path

import torch
from transformers import GenerationConfig, Olmo2Config, Olmo2ForCausalLM

from data import CANONICAL, NEVER_ASKED, PLAIN, REPHRASINGS, capitalised, contrast_of
from facts import ANSWER, FAMILY_OF, TASKS
from model import RMS_EPS, ROPE_THETA, load
from tokenizer import BOS, CHAT_TEMPLATE, EOS, MAX_TOKENS, PAD, load_tokenizer

STAGES = ("base", "sft", "dpo")
DEFAULT_TASK = "capital"  # the clearest example in the shipped dpo checkpoint, by the rule of CRITERIA.md
LARGEST_DIFFERENCE = 1e-4  # of fp32 logits, our model against transformers'


def hugging_face_model(model):
    shape = model.shape
    special = dict(bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD)
    config = Olmo2Config(
        vocab_size=shape.vocabulary, hidden_size=shape.width, intermediate_size=shape.mlp, num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads, num_key_value_heads=shape.heads, max_position_embeddings=MAX_TOKENS,
        rope_theta=ROPE_THETA, rms_norm_eps=RMS_EPS, tie_word_embeddings=False, use_cache=True, **special,
    )
    theirs = Olmo2ForCausalLM(config).eval()
    prefix = lambda name: name if name.startswith("lm_head") else f"model.{name}"
    theirs.load_state_dict({prefix(name): weight for name, weight in model.state_dict().items()}, strict=True)
    ids = torch.randint(0, shape.vocabulary, (3, 17), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        difference = (theirs(ids).logits - model(ids)).abs().max().item()
    if difference > LARGEST_DIFFERENCE:
        raise ValueError(f"logits differ from transformers' by {difference:.2e}; at most {LARGEST_DIFFERENCE} is rounding")
    theirs.generation_config = GenerationConfig(max_new_tokens=8, do_sample=False, **special)
    return theirs.to(torch.bfloat16)


def tasks_json():
    def entry(task):
        family, answers = FAMILY_OF[task], ANSWER[task]
        return {
            "name": task,
            "family": family,
            "contrast": contrast_of(task),
            "instruction": CANONICAL[task],
            "plainInstruction": PLAIN[task],
            "rephrasings": REPHRASINGS[task],
            "query": f" {capitalised(family)}: {{x}}. Answer:",
            "items": [{"query": x, "answer": f" {y}", "heldOut": (task, x) in NEVER_ASKED} for x, y in answers.items()],
            "scope": sorted({f" {y}" for y in answers.values()}),
        }

    return {"schema": "patchbay.tasks/1", "default": DEFAULT_TASK, "tasks": [entry(task) for task in TASKS]}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def export(run, demo):
    tokenizer = load_tokenizer(run / "tokenizer")
    for stage in STAGES:
        model, _ = load(run / f"{stage}.pt")
        hugging_face_model(model.eval()).save_pretrained(demo / stage)
        (demo / stage / "model.safetensors").chmod(0o644)
        tokenizer.chat_template = None if stage == "base" else CHAT_TEMPLATE
        tokenizer.save_pretrained(demo / stage, save_jinja_files=False)
        special = {name: getattr(tokenizer, name) for name in ("bos_token", "eos_token", "pad_token")}
        write_json(demo / stage / "special_tokens_map.json", special)
        in_published_spelling(demo / stage)
    write_json(demo / "tasks.json", tasks_json())


def in_published_spelling(folder):
    """The spelling of the published OLMo-2 checkpoints, which transformers 4 and 5 and other readers all know."""
    config = json.loads((folder / "config.json").read_text())
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["rope_scaling"] = None
    config["torch_dtype"] = config.pop("dtype")
    write_json(folder / "config.json", dict(sorted(config.items())))
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    for runtime_only in ("backend", "is_local", "local_files_only"):
        tokenizer.pop(runtime_only, None)
    write_json(folder / "tokenizer_config.json", {**tokenizer, "tokenizer_class": "PreTrainedTokenizerFast"})


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
