/** A slow, plain transformer: the independent reference for everything that plans, batches or caches.
 *  Llama (pre-norm) and OLMo-2 (post-norm, query/key norm) blocks, MHA or GQA, in float64.
 *  `PlainStages` rounds to float32 exactly where the real stages hand over tensors (stream, hooks, keys, values), so
 *  that a spliced prefix gives the same bits as a full run. `plainRun` shares nothing with it but the formulas:
 *  one prompt, all positions, no prefix, no rounding. */
import type { ModelConfig } from "../../kernel-lib/src/checkpoint/types";
import type { Site } from "../../kernel-lib/src/experiment/types";
import type { BlockInput, BlockOutput, HeadInput, HeadOutput, Stages } from "../../kernel-lib/src/forward/types";
import type { F32 } from "../../kernel-lib/src/tensor";

export interface PlainShape {
  normPlacement: "pre" | "post";
  nLayers: number;
  nHeads: number;
  nKvHeads: number;
  dHead: number;
  dMlp: number;
  vocab: number;
  seed: number;
}

type Matrix = Float64Array<ArrayBufferLike>; // [out, in]

interface BlockWeights {
  q: Matrix;
  k: Matrix;
  v: Matrix;
  o: Matrix;
  gate: Matrix;
  up: Matrix;
  down: Matrix;
  qNorm: Float64Array;
  kNorm: Float64Array;
  attnNorm: Float64Array;
  mlpNorm: Float64Array;
}

export interface PlainModel {
  config: ModelConfig;
  embedding: Matrix;
  unembedding: Matrix;
  finalNorm: Float64Array;
  blocks: BlockWeights[];
}

/** Uniform numbers in [-1, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function plainModel(shape: PlainShape): PlainModel {
  const { nLayers, nHeads, nKvHeads, dHead, dMlp, vocab } = shape;
  const dModel = nHeads * dHead;
  const next = randomNumbers(shape.seed);
  const matrix = (out: number, into: number): Matrix =>
    Float64Array.from({ length: out * into }, () => Math.fround((next() * 2) / Math.sqrt(into)));
  const norm = (n: number) => Float64Array.from({ length: n }, () => Math.fround(1 + 0.5 * next()));
  const kv = nKvHeads * dHead;
  return {
    config: {
      modelType: "plain",
      ...shape,
      dModel,
      maxPositions: 64,
      normEps: 1e-6,
      qkNorm: shape.normPlacement === "post" ? "full" : "none",
      activation: "silu",
      gatedMlp: true,
      attnBias: { qkv: false, out: false },
      mlpBias: false,
      rope: {
        theta: 10_000,
        scaling: { kind: "none", factor: 1, lowFreqFactor: 1, highFreqFactor: 1, originalMaxPositions: 64 },
      },
      tiedEmbeddings: false,
      bosId: 0,
      eosIds: [1],
      padId: null,
    },
    embedding: matrix(vocab, dModel).map((w) => w * 3),
    unembedding: matrix(vocab, dModel),
    finalNorm: norm(dModel),
    blocks: Array.from({ length: nLayers }, () => ({
      q: matrix(dModel, dModel),
      k: matrix(kv, dModel),
      v: matrix(kv, dModel),
      o: matrix(dModel, dModel),
      gate: matrix(dMlp, dModel),
      up: matrix(dMlp, dModel),
      down: matrix(dModel, dMlp),
      qNorm: norm(dModel),
      kNorm: norm(kv),
      attnNorm: norm(dModel),
      mlpNorm: norm(dModel),
    })),
  };
}

function times(w: Matrix, x: ArrayLike<number>): Float64Array {
  const out = new Float64Array(w.length / x.length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < x.length; j++) sum += w[i * x.length + j] * x[j];
    out[i] = sum;
  }
  return out;
}

function rmsNorm(x: ArrayLike<number>, weight: Float64Array, eps: number): Float64Array {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i] * x[i];
  const scale = 1 / Math.sqrt(squares / x.length + eps);
  return Float64Array.from(weight, (w, i) => w * x[i] * scale);
}

/** Rotary embedding of each head's halves, as Hugging Face pairs them. */
function rotated(x: Float64Array, position: number, dHead: number, theta: number): Float64Array {
  const out = x.slice();
  const half = dHead / 2;
  for (let head = 0; head < x.length; head += dHead)
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-i / half);
      const [a, b] = [x[head + i], x[head + half + i]];
      out[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
      out[head + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  return out;
}

interface Qkv {
  q: Float64Array;
  k: Float64Array;
  v: Float64Array;
}

function project(config: ModelConfig, w: BlockWeights, x: ArrayLike<number>, position: number): Qkv {
  const { normPlacement, normEps, qkNorm, dHead, rope } = config;
  const input = normPlacement === "pre" ? rmsNorm(x, w.attnNorm, normEps) : x;
  let q = times(w.q, input);
  let k = times(w.k, input);
  if (qkNorm === "full") {
    q = rmsNorm(q, w.qNorm, normEps);
    k = rmsNorm(k, w.kNorm, normEps);
  }
  return {
    q: rotated(q, position, dHead, rope.theta),
    k: rotated(k, position, dHead, rope.theta),
    v: times(w.v, input),
  };
}

/** What attention adds to the stream at one query, given the keys and values up to it. */
function attend(config: ModelConfig, w: BlockWeights, q: Float64Array, ks: Float64Array[], vs: Float64Array[]) {
  const { nHeads, nKvHeads, dHead } = config;
  const z = new Float64Array(q.length);
  for (let head = 0; head < nHeads; head++) {
    const shared = Math.floor(head / (nHeads / nKvHeads)) * dHead;
    const scores = ks.map((k) => {
      let sum = 0;
      for (let i = 0; i < dHead; i++) sum += q[head * dHead + i] * k[shared + i];
      return sum / Math.sqrt(dHead);
    });
    const most = Math.max(...scores);
    const weights = scores.map((s) => Math.exp(s - most));
    const total = weights.reduce((sum, p) => sum + p, 0);
    vs.forEach((v, j) => {
      for (let i = 0; i < dHead; i++) z[head * dHead + i] += (weights[j] / total) * v[shared + i];
    });
  }
  const out = times(w.o, z);
  return config.normPlacement === "post" ? rmsNorm(out, w.attnNorm, config.normEps) : out;
}

function mlp(config: ModelConfig, w: BlockWeights, mid: Float64Array): Float64Array {
  const input = config.normPlacement === "pre" ? rmsNorm(mid, w.mlpNorm, config.normEps) : mid;
  const gate = times(w.gate, input);
  const hidden = times(w.up, input).map((u, i) => (u * gate[i]) / (1 + Math.exp(-gate[i])));
  const out = times(w.down, hidden);
  return config.normPlacement === "post" ? rmsNorm(out, w.mlpNorm, config.normEps) : out;
}

const sum = (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array.from(a, (x, i) => x + b[i]);

/** The stages of a plain model. Rows never see each other, so the batch changes no bit. */
export class PlainStages implements Stages {
  /** Block calls and token-block products so far. */
  readonly spent = { calls: 0, tokens: 0, headRows: 0 };
  constructor(readonly model: PlainModel) {}

  async embed(ids: Int32Array): Promise<F32> {
    const { dModel } = this.model.config;
    const data = new Float32Array(ids.length * dModel);
    ids.forEach((id, row) => {
      data.set(this.model.embedding.subarray(id * dModel, (id + 1) * dModel), row * dModel);
    });
    return { dims: [ids.length, dModel], data };
  }

  async block({ layer, x, rows, tokens, start, prefix, want, overwrite }: BlockInput): Promise<BlockOutput> {
    const { config } = this.model;
    const { dModel, nKvHeads, dHead } = config;
    const w = this.model.blocks[layer];
    this.spent.calls++;
    this.spent.tokens += rows * tokens;
    const y = new Float32Array(rows * tokens * dModel);
    const outputs = { attn_out: new Float32Array(y.length), mlp_out: new Float32Array(y.length) };
    const k = new Float32Array(rows * nKvHeads * tokens * dHead);
    const v = new Float32Array(k.length);
    for (let row = 0; row < rows; row++) {
      const { ks, vs } = before(prefix, row, start, config);
      for (let t = 0; t < tokens; t++) {
        const at = row * tokens + t;
        const input = x.data.subarray(at * dModel, (at + 1) * dModel);
        const own = project(config, w, input, start + t);
        ks.push(own.k.map(Math.fround));
        vs.push(own.v.map(Math.fround));
        for (let head = 0; head < nKvHeads; head++) {
          const to = ((row * nKvHeads + head) * tokens + t) * dHead;
          k.set(own.k.subarray(head * dHead, (head + 1) * dHead), to);
          v.set(own.v.subarray(head * dHead, (head + 1) * dHead), to);
        }
        const replaced = (site: string, value: Float64Array) => {
          const index = overwrite?.site === site ? overwrite.rows.indexOf(at) : -1;
          const out =
            index < 0
              ? value.map(Math.fround)
              : Float64Array.from(overwrite?.values.data.subarray(index * dModel, (index + 1) * dModel) ?? []);
          outputs[site as "attn_out" | "mlp_out"].set(out, at * dModel);
          return out;
        };
        const mid = sum(input, replaced("attn_out", attend(config, w, own.q, ks, vs)));
        y.set(sum(mid, replaced("mlp_out", mlp(config, w, mid))), at * dModel);
      }
    }
    const hooks: Record<string, F32> = {};
    for (const name of want ?? []) {
      hooks[name] = { dims: [rows, tokens, dModel], data: outputs[name.slice(5) as "attn_out" | "mlp_out"] };
    }
    const dims = [rows, nKvHeads, tokens, dHead];
    return { y: { dims: x.dims, data: y }, k: { dims, data: k }, v: { dims, data: v }, hooks };
  }

  async head({ x, answers, klTarget }: HeadInput): Promise<HeadOutput> {
    const { dModel } = this.model.config;
    const rows = x.data.length / dModel;
    this.spent.headRows += rows;
    const out: HeadOutput = {
      answerLogit: new Float32Array(rows),
      rank: new Int32Array(rows),
      logSumExp: new Float32Array(rows),
      kl: klTarget ? new Float32Array(rows) : null,
      topIds: null,
      topLogits: null,
    };
    const rowOf = (data: Float32Array, row: number) =>
      plainLogits(this.model, data.subarray(row * dModel, (row + 1) * dModel));
    for (let row = 0; row < rows; row++) {
      const measured = plainMeasure(
        rowOf(x.data, row),
        answers[row],
        klTarget ? rowOf(klTarget.x.data, klTarget.of[row]) : null,
      );
      out.answerLogit[row] = measured.logit;
      out.rank[row] = measured.rank;
      out.logSumExp[row] = measured.logit - measured.logprob;
      if (out.kl) out.kl[row] = measured.kl;
    }
    return out;
  }

  async logits(x: F32): Promise<F32> {
    const { dModel, vocab } = this.model.config;
    const rows = x.data.length / dModel;
    const data = new Float32Array(rows * vocab);
    for (let row = 0; row < rows; row++) {
      data.set(plainLogits(this.model, x.data.subarray(row * dModel, (row + 1) * dModel)), row * vocab);
    }
    return { dims: [rows, vocab], data };
  }
}

function before(prefix: BlockInput["prefix"], row: number, start: number, { nKvHeads, dHead }: ModelConfig) {
  const read = (data: Float32Array) =>
    Array.from({ length: start }, (_, position) => {
      const joined = new Float64Array(nKvHeads * dHead);
      for (let head = 0; head < nKvHeads; head++) {
        const from = (((prefix?.group[row] ?? 0) * nKvHeads + head) * start + position) * dHead;
        joined.set(data.subarray(from, from + dHead), head * dHead);
      }
      return joined;
    });
  if (!prefix) return { ks: [] as Float64Array[], vs: [] as Float64Array[] };
  return { ks: read(prefix.k.data), vs: read(prefix.v.data) };
}

export function plainLogits(model: PlainModel, x: ArrayLike<number>): Float64Array {
  return times(model.unembedding, rmsNorm(x, model.finalNorm, model.config.normEps));
}

const logSumExp = (logits: Float64Array): number => {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return most + Math.log(logits.reduce((total, l) => total + Math.exp(l - most), 0));
};

export function plainMeasure(logits: Float64Array, answer: number, target: Float64Array | null) {
  const logit = logits[answer];
  const all = logSumExp(logits);
  let kl = 0;
  if (target) {
    const base = logSumExp(target);
    target.forEach((t, i) => {
      kl += Math.exp(t - base) * (t - base - (logits[i] - all));
    });
  }
  return { logit, rank: 1 + logits.filter((l) => l > logit).length, logprob: logit - all, kl };
}

/** One full forward in float64: the stream after the last block and the site's rows, [layer][position]. */
export function plainRun(
  model: PlainModel,
  tokens: readonly number[],
  site: Site,
  patch: { layers: readonly number[]; position: number; rows: readonly Float64Array[] } | null = null,
): { last: Float64Array; seen: Float64Array[][] } {
  const { config } = model;
  let stream: Float64Array<ArrayBufferLike>[] = tokens.map((id) =>
    model.embedding.slice(id * config.dModel, (id + 1) * config.dModel),
  );
  const seen: Float64Array<ArrayBufferLike>[][] = [];
  model.blocks.forEach((w, layer) => {
    const patched = (at: Site, position: number, value: Float64Array) =>
      at === site && patch && position === patch.position && patch.layers.includes(layer) ? patch.rows[layer] : value;
    const qkv = stream.map((x, position) => project(config, w, x, position));
    const out = stream.map((x, position) => {
      const ks = qkv.slice(0, position + 1).map(({ k }) => k);
      const vs = qkv.slice(0, position + 1).map(({ v }) => v);
      const attn_out = patched("attn_out", position, attend(config, w, qkv[position].q, ks, vs));
      const mid = sum(x, attn_out);
      const mlp_out = patched("mlp_out", position, mlp(config, w, mid));
      return { attn_out, mlp_out, resid_post: patched("resid_post", position, sum(mid, mlp_out)) };
    });
    seen.push(out.map((o) => o[site]));
    stream = out.map(({ resid_post }) => resid_post);
  });
  return { last: stream[stream.length - 1], seen };
}
