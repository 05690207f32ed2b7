"""What half-precision products change, emulated on the CPU: for devices that are not at hand.

    python deviation_half.py FOLDER > results/deviation-emulated.json

Every product with weights has its inputs rounded to the half type, is summed in fp32 and has its result rounded, as the
stages ask of a GPU in `fp16` and `bf16`; all else stays fp32. A GPU may add in another order or, in fp16, in fp16 itself,
which moves numbers further. The prompts and the measures are those of `patchbay doctor --deviation`.
"""

import json
import sys
from importlib.metadata import version

import torch
from transformers import AutoModelForCausalLM

PROMPTS, TOKENS = 4, 16


def prompts(vocab):
    """The prompts of kernel-lib/src/cli/deviation.ts."""
    return [[(p * TOKENS + t + 1) * 7919 % vocab for t in range(TOKENS)] for p in range(PROMPTS)]


def run(model, ids):
    found = model(torch.tensor(ids), output_hidden_states=True)
    # The last hidden state of transformers is normed already.
    return found.hidden_states[1:-1], found.logits


@torch.no_grad()
def main():
    model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32, attn_implementation="eager").eval()
    ids = prompts(model.config.vocab_size)
    last = {}
    model.model.norm.register_forward_pre_hook(lambda _module, inputs: last.update(x=inputs[0]))

    def measure():
        streams, logits = run(model, ids)
        return [*streams, last["x"], logits]

    exact = measure()
    names = [f"blocks.{layer}.hook_resid_post" for layer in range(len(exact) - 1)] + ["logits"]
    rows = []
    for precision, dtype in (("fp16", torch.float16), ("bf16", torch.bfloat16)):

        def halved(module, inputs, _output, dtype=dtype):
            product = inputs[0].to(dtype).float() @ module.weight.to(dtype).float().T
            return product.to(dtype).float()

        hooks = [m.register_forward_hook(halved) for m in model.modules() if isinstance(m, torch.nn.Linear)]
        half = measure()
        for hook in hooks:
            hook.remove()
        changes = [
            {
                "hook": name,
                "relative": ((a - e).abs().max() / e.abs().max()).item(),
                "norm": ((a - e).norm() / e.norm()).item(),
            }
            for name, a, e in zip(names, half, exact, strict=True)
        ]
        same = (half[-1].argmax(-1) == exact[-1].argmax(-1)).double().mean().item()
        rows.append({"precision": precision, "hooks": changes, "sameTop": same})
    what = "How far half-precision products move demo/dpo from fp32, emulated in torch on the CPU: no GPU computed these"
    versions = {name: version(name) for name in ("torch", "transformers")}
    print(json.dumps({"what": what, "versions": versions, "prompts": PROMPTS, "precisions": rows}, indent=2))


main()
