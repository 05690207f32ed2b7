"""Goldens of the engine: tiny random checkpoints of each architecture, run by Hugging Face transformers in fp32 with
eager attention on one CPU thread, and every hook of every layer written down.

    pip install torch==2.13.0 transformers==5.23 tokenizers
    python test/goldens/engine/make.py

Writes, for each case, a checkpoint folder (config.json, model.safetensors, for one of them a BPE tokenizer),
golden.safetensors (hooks and logits of one prompt) and golden.json (tokens, greedy continuation, versions).
Hook names are TransformerLens'; hook_attn_out and hook_mlp_out are what is added to the residual stream."""

import json
import platform
import shutil
from pathlib import Path

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, Olmo2Config, Olmo2ForCausalLM, PreTrainedTokenizerFast
from transformers.models.llama import modeling_llama
from transformers.models.olmo2 import modeling_olmo2

HERE = Path(__file__).parent
PROMPT = [1, 17, 5, 60, 33, 8, 17, 90, 44]
TEXT = "the opposite of hot is cold and the opposite of big is"
CORPUS = [
    "the opposite of hot is cold", "the opposite of big is small", "the capital of France is Paris",
    "translate the word cat to French: chat", "up is the opposite of down and left of right",
] * 8
NEW_TOKENS = 12

SMALL = dict(vocab_size=101, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
             max_position_embeddings=128, attn_implementation="eager", bos_token_id=None, eos_token_id=None,
             pad_token_id=None)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
CASES = {
    "olmo2-mha": (Olmo2ForCausalLM, Olmo2Config, dict(num_key_value_heads=4, rope_theta=500000.0), torch.float32),
    "olmo2-gqa": (Olmo2ForCausalLM, Olmo2Config, dict(num_key_value_heads=2, vocab_size=160), torch.bfloat16),
    "llama-gqa-tied": (LlamaForCausalLM, LlamaConfig,
                       dict(num_key_value_heads=2, tie_word_embeddings=True, rope_parameters=LLAMA3), torch.float16),
    "llama-mqa-bias": (LlamaForCausalLM, LlamaConfig,
                       dict(num_key_value_heads=1, head_dim=6, attention_bias=True, mlp_bias=True), torch.float32),
    "llama-mha": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=4), torch.bfloat16),
}


def main():
    torch.set_num_threads(1)
    for seed, (name, (model_class, config_class, extra, stored)) in enumerate(CASES.items()):
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        model = random_model(model_class, config_class(**{**SMALL, **extra}), stored, seed)
        model.to(stored).save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        # Loaded again rather than widened: the rotary buffers were rounded together with the weights.
        model = model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        tokens, text = PROMPT, None
        if name == "olmo2-gqa":
            tokenizer = train_tokenizer(model.config.vocab_size)
            tokenizer.save_pretrained(folder)
            text, tokens = TEXT, tokenizer(TEXT)["input_ids"]
        hooks = run(model, tokens)
        save_file({key: value.contiguous() for key, value in hooks.items()}, folder / "golden.safetensors")
        for file in folder.glob("*.safetensors"):
            file.chmod(0o644)
        about = dict(tokens=tokens, text=text, greedy=greedy(model, tokens), stored=str(stored), made_by=versions())
        (folder / "golden.json").write_text(json.dumps(about, indent=1) + "\n")


def versions():
    return dict(script="test/goldens/engine/make.py", python=platform.python_version(), torch=torch.__version__,
                transformers=transformers.__version__, tokenizers=tokenizers.__version__)


def random_model(model_class, config, stored, seed):
    """Weights large enough that attention is not flat and norms are far from 1; rounded to what the file will hold."""
    generator = torch.Generator().manual_seed(seed)
    model = model_class(config).eval()
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            value = 1 + 0.4 * noise
        elif name.endswith("bias"):
            value = 0.5 * noise
        else:
            value = noise * (0.8 if "embed" in name else 1.6 / parameter.shape[-1] ** 0.5)
        parameter.data = value.to(stored).to(torch.float32)
    model.tie_weights()
    return model


def train_tokenizer(vocab):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab, special_tokens=["<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")


def run(model, tokens):
    """Every hook of one prompt, without the batch axis."""
    found = {}
    handles = []
    heads, kv_heads = model.config.num_attention_heads, model.config.num_key_value_heads

    def keep(name, value, n_heads=None):
        value = value.detach()[0]
        found[name] = value if n_heads is None else value.unflatten(-1, (n_heads, -1))

    def after(module, name, n_heads=None):
        def hook(_, __, out):
            keep(name, out[0] if isinstance(out, tuple) else out, n_heads)
        handles.append(module.register_forward_hook(hook))

    def before(module, name, n_heads=None):
        handles.append(module.register_forward_pre_hook(lambda _, args: keep(name, args[0], n_heads)))

    def norm(module, name):
        def hook(m, args, _):
            x = args[0]
            scale = (x.pow(2).mean(-1, keepdim=True) + m.variance_epsilon).sqrt()
            keep(f"{name}.hook_scale", scale)
            keep(f"{name}.hook_normalized", x / scale)
        handles.append(module.register_forward_hook(hook))

    inner = model.model
    after(inner.embed_tokens, "hook_embed")
    for l, block in enumerate(inner.layers):
        at = f"blocks.{l}."
        post_norm = hasattr(block, "post_feedforward_layernorm")
        handles.append(block.register_forward_pre_hook(
            lambda _, args, at=at: keep(at + "hook_resid_pre", args[0])))
        after(block, at + "hook_resid_post")
        after(block.self_attn.q_proj, at + "attn.hook_q", heads)
        after(block.self_attn.k_proj, at + "attn.hook_k", kv_heads)
        after(block.self_attn.v_proj, at + "attn.hook_v", kv_heads)
        before(block.self_attn.o_proj, at + "attn.hook_z", heads)
        after(block.self_attn, at + "attn.hook_out")
        after(block.mlp.gate_proj, at + "mlp.hook_pre")
        after(block.mlp.up_proj, at + "mlp.hook_pre_linear")
        before(block.mlp.down_proj, at + "mlp.hook_post")
        after(block.mlp, at + "mlp.hook_out")
        if post_norm:
            norm(block.post_attention_layernorm, at + "ln1_post")
            norm(block.post_feedforward_layernorm, at + "ln2_post")
            after(block.post_attention_layernorm, at + "hook_attn_out")
            after(block.post_feedforward_layernorm, at + "hook_mlp_out")
            before(block.mlp, at + "hook_resid_mid")
        else:
            norm(block.input_layernorm, at + "ln1")
            norm(block.post_attention_layernorm, at + "ln2")
            after(block.self_attn, at + "hook_attn_out")
            after(block.mlp, at + "hook_mlp_out")
            before(block.post_attention_layernorm, at + "hook_resid_mid")
    norm(inner.norm, "ln_final")

    rotated = []
    module = modeling_olmo2 if hasattr(inner.layers[0], "post_feedforward_layernorm") else modeling_llama
    original = module.apply_rotary_pos_emb

    def recording(q, k, *args, **kwargs):
        out = original(q, k, *args, **kwargs)
        rotated.append(out)
        return out

    module.apply_rotary_pos_emb = recording
    try:
        with torch.no_grad():
            out = model(torch.tensor([tokens]), output_attentions=True)
    finally:
        module.apply_rotary_pos_emb = original
        for handle in handles:
            handle.remove()
    for l, (q, k) in enumerate(rotated):
        found[f"blocks.{l}.attn.hook_rot_q"] = q[0].transpose(0, 1)
        found[f"blocks.{l}.attn.hook_rot_k"] = k[0].transpose(0, 1)
        found[f"blocks.{l}.attn.hook_pattern"] = out.attentions[l][0]
    found["logits"] = out.logits[0]
    return {key: value.to(torch.float32).clone() for key, value in found.items()}


def greedy(model, tokens):
    with torch.no_grad():
        ids = model.generate(torch.tensor([tokens]), attention_mask=torch.ones(1, len(tokens), dtype=torch.long),
                             do_sample=False, max_new_tokens=NEW_TOKENS, pad_token_id=0)
    return ids[0, len(tokens):].tolist()


if __name__ == "__main__":
    main()
