/** Random OLMo-2 checkpoints of benchmark shapes, in the Hugging Face layout. Seeded; the values mean nothing. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export const SHAPES = {
  "128x4": { hidden_size: 128, num_hidden_layers: 4, num_attention_heads: 4, intermediate_size: 512, vocab_size: 2048 },
  "256x8": {
    hidden_size: 256,
    num_hidden_layers: 8,
    num_attention_heads: 8,
    intermediate_size: 1024,
    vocab_size: 8192,
  },
  "768x12": {
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    intermediate_size: 3072,
    vocab_size: 32000,
  },
  "1b": {
    hidden_size: 2048,
    num_hidden_layers: 16,
    num_attention_heads: 16,
    intermediate_size: 8192,
    vocab_size: 100352,
  },
};

/** Values are drawn once and reused from random offsets: fast, and no two tensors alike. */
const NOISE = 1 << 22;

/** Writes `folder` unless it is there already. @returns the folder */
export function randomCheckpoint(folder, shape, dtype = "F32") {
  if (existsSync(join(folder, "config.json"))) return folder;
  const config = SHAPES[shape];
  mkdirSync(folder, { recursive: true });
  const tensors = tensorShapes(config);
  const bytes = dtype === "F32" ? 4 : 2;
  const header = {};
  let offset = 0;
  for (const [name, dims] of tensors) {
    const length = bytes * dims.reduce((a, b) => a * b, 1);
    header[name] = { dtype, shape: dims, data_offsets: [offset, offset + length] };
    offset += length;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const partial = join(folder, "model.safetensors.partial");
  const file = openSync(partial, "w");
  try {
    writeSync(file, Buffer.concat([length, Buffer.from(text)]));
    const random = xorshift(7);
    const noise = normals(random);
    for (const [name, dims] of tensors) writeTensor(file, { name, dims, dtype, noise, random });
  } finally {
    closeSync(file);
  }
  renameSync(partial, join(folder, "model.safetensors"));
  writeFileSync(join(folder, "config.json"), `${JSON.stringify(fullConfig(config), null, 2)}\n`);
  return folder;
}

/** Prompts of one task: the same instruction, a template around one query word. */
export function samplesOf(vocab, n) {
  const random = xorshift(11);
  const token = () => 3 + Math.floor(random() * (vocab - 3));
  const source = [1, ...Array.from({ length: 8 }, token)];
  const template = [1, ...Array.from({ length: 6 }, token)];
  return Array.from({ length: n }, () => {
    const target = template.slice();
    target[3] = token();
    return { source, target, reference: [...source, ...target.slice(1)], answer: token() };
  });
}

function tensorShapes({ hidden_size: d, num_hidden_layers: L, intermediate_size: f, vocab_size: v }) {
  const block = {
    "mlp.down_proj.weight": [d, f],
    "mlp.gate_proj.weight": [f, d],
    "mlp.up_proj.weight": [f, d],
    "post_attention_layernorm.weight": [d],
    "post_feedforward_layernorm.weight": [d],
    "self_attn.k_norm.weight": [d],
    "self_attn.k_proj.weight": [d, d],
    "self_attn.o_proj.weight": [d, d],
    "self_attn.q_norm.weight": [d],
    "self_attn.q_proj.weight": [d, d],
    "self_attn.v_proj.weight": [d, d],
  };
  const tensors = [
    ["lm_head.weight", [v, d]],
    ["model.embed_tokens.weight", [v, d]],
  ];
  for (let l = 0; l < L; l++)
    for (const [name, dims] of Object.entries(block)) tensors.push([`model.layers.${l}.${name}`, dims]);
  return [...tensors, ["model.norm.weight", [d]]];
}

function fullConfig(shape) {
  return {
    architectures: ["Olmo2ForCausalLM"],
    model_type: "olmo2",
    ...shape,
    num_key_value_heads: shape.num_attention_heads,
    max_position_embeddings: 256,
    rope_theta: 500000,
    rms_norm_eps: 1e-6,
    hidden_act: "silu",
    attention_bias: false,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
  };
}

function writeTensor(file, { name, dims, dtype, noise, random }) {
  const norm = dims.length === 1;
  const scale = norm ? 0.1 : name.includes("embed") ? 1 : dims[1] ** -0.5;
  let left = dims.reduce((a, b) => a * b, 1);
  while (left > 0) {
    const start = Math.floor(random() * (NOISE / 2));
    const n = Math.min(left, NOISE - start);
    const part = new Float32Array(n);
    for (let i = 0; i < n; i++) part[i] = (norm ? 1 : 0) + scale * noise[start + i];
    writeSync(file, dtype === "F32" ? Buffer.from(part.buffer) : bfloat16(part));
    left -= n;
  }
}

/** Rounds to nearest even, as torch does. */
function bfloat16(values) {
  const bits = new Uint32Array(values.buffer);
  const half = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) half[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  return Buffer.from(half.buffer);
}

function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function normals(random) {
  const out = new Float32Array(NOISE);
  for (let i = 0; i < NOISE; i += 2) {
    const r = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    out[i] = r * Math.cos(angle);
    out[i + 1] = r * Math.sin(angle);
  }
  return out;
}
