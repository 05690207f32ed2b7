"""Golden of the logit lens: demo/dpo in Hugging Face transformers, fp32, one CPU thread.

    pip install torch==2.13.0 transformers==5.23
    python make_lens.py             # writes lens.json beside this file

The row of every layer and position goes through the model's final norm and its unembedding; of the answer: 1-based rank
(strictly larger logits + 1), logit and log-probability; and the first token's id. Logits that differ by less than 1e-4
may change places between programs, so the rank has a lowest and a highest value.
"""

import json
import pathlib
import platform

import torch
import transformers

HERE = pathlib.Path(__file__).parent
DEMO = HERE.parents[2] / "kernel-lib/demo"
# Task, item, whether the instruction stands before the query.
PROMPTS = [("capital", 0, True), ("antonym", 3, True), ("color", 5, False)]

CLOSE = 1e-4


def prompts(tokenizer):
    tasks = {task["name"]: task for task in json.loads((DEMO / "tasks.json").read_text())["tasks"]}
    bos = json.loads((DEMO / "dpo/config.json").read_text())["bos_token_id"]
    for name, at, instructed in PROMPTS:
        task, item = tasks[name], tasks[name]["items"][at]
        texts = ([task["instruction"]] if instructed else []) + [task["query"].replace("{x}", item["query"])]
        ids = [id_ for text in texts for id_ in tokenizer.encode(text, add_special_tokens=False)]
        yield [bos, *ids], tokenizer.encode(item["answer"], add_special_tokens=False)[0]


def rows(model, tokens):
    """{site: [layer][pos, d]}"""
    found = {site: [] for site in ("resid_pre", "resid_post", "attn_out", "mlp_out")}
    handles = []
    for layer in model.model.layers:
        handles += [
            layer.register_forward_pre_hook(lambda _, args, site=found["resid_pre"]: site.append(args[0][0])),
            layer.register_forward_hook(lambda _, __, out, site=found["resid_post"]: site.append(first(out)[0])),
            # What is added to the stream stands behind the branch's norm.
            layer.post_attention_layernorm.register_forward_hook(
                lambda _, __, out, site=found["attn_out"]: site.append(out[0])
            ),
            layer.post_feedforward_layernorm.register_forward_hook(
                lambda _, __, out, site=found["mlp_out"]: site.append(out[0])
            ),
        ]
    model(torch.tensor([tokens]))
    for handle in handles:
        handle.remove()
    return found


def first(out):
    return out[0] if isinstance(out, tuple) else out


def lens(model, layers, answer):
    logits = torch.stack([model.lm_head(model.model.norm(x)) for x in layers])  # [layers, pos, vocab]
    own = logits[..., answer]
    return {
        "rank": ((logits > own[..., None]).sum(-1) + 1).tolist(),
        "lowest": ((logits > own[..., None] + CLOSE).sum(-1) + 1).tolist(),
        # The answer's own logit is among those.
        "highest": (logits > own[..., None] - CLOSE).sum(-1).tolist(),
        "logit": own.tolist(),
        "logprob": torch.log_softmax(logits.double(), -1)[..., answer].tolist(),
        "top": logits.argmax(-1).tolist(),
    }


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(DEMO / "dpo")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        DEMO / "dpo", dtype=torch.float32, attn_implementation="eager"
    ).eval()
    samples = []
    for tokens, answer in prompts(tokenizer):
        sites = {site: lens(model, layers, answer) for site, layers in rows(model, tokens).items()}
        samples.append({"tokens": tokens, "answer": answer, "sites": sites})
    out = {
        "made_by": "test/goldens/lens/make_lens.py",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "samples": samples,
    }
    (HERE / "lens.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
