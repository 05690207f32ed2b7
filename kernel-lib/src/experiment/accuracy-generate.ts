/** Greedy generation of many prompts at once. Prompts of one length run as one batch, with a key/value prefix for each
 *  row; a row that has ended leaves the batch. Gives the tokens that `model.generate` gives, prompt by prompt. */
import type { Model, Prefix } from "../forward/types";
import type { F32 } from "../tensor";

export interface Generated {
  /** New tokens, without the stop token. */
  tokens: number[];
  stopped: "eos" | "stop" | "length";
}

export interface GenerateMany {
  maxNewTokens: number;
  /** Whether what a row has so far is enough, besides the model's own end. */
  isEnough(tokens: readonly number[]): boolean;
  signal?: AbortSignal;
}

/** Rows of one batch at most: more do not run faster. */
const MOST_ROWS = 32;
/** Share of the room for activations that keys and values may take. */
const SHARE = 0.25;

/** Prompts that run at once: so many that their keys and values fit into the memory.
 *  @example rowsAtOnce(model, 40) */
export function rowsAtOnce({ config, memory }: Model, positions: number): number {
  const { nLayers, nKvHeads, dHead } = config;
  const bytes = 2 * 4 * nLayers * nKvHeads * dHead * positions;
  return Math.max(1, Math.min(MOST_ROWS, Math.floor((memory.activationBytes * SHARE) / bytes)));
}

/** @returns one entry for each prompt, in order; null when the signal was aborted before all had ended. */
export async function generateMany(
  model: Model,
  prompts: readonly (readonly number[])[],
  options: GenerateMany,
): Promise<Generated[] | null> {
  const out: Generated[] = new Array(prompts.length);
  const byLength = new Map<number, number[]>();
  for (const [i, { length }] of prompts.entries()) byLength.set(length, [...(byLength.get(length) ?? []), i]);
  for (const rows of byLength.values()) {
    const made = await generateAlike(
      model,
      rows.map((i) => prompts[i]),
      options,
    );
    if (made === null) return null;
    for (const [at, i] of rows.entries()) out[i] = made[at];
  }
  return out;
}

/** Keys and values of the rows that go on, per layer, [rows, nKvHeads, length, dHead]. */
interface Past {
  k: Float32Array[];
  v: Float32Array[];
  length: number;
}

/** The same for prompts of one length. */
async function generateAlike(
  model: Model,
  prompts: readonly (readonly number[])[],
  { maxNewTokens, isEnough, signal }: GenerateMany,
): Promise<Generated[] | null> {
  const { eosIds, maxPositions } = model.config;
  const made = prompts.map((): Generated => ({ tokens: [], stopped: "length" }));
  const past: Past = { k: [], v: [], length: 0 };
  let live = prompts.map((_, i) => i);
  let next = Int32Array.from(prompts.flat());
  for (let step = 0; step < maxNewTokens && live.length > 0; step++) {
    const tokens = next.length / live.length;
    if (past.length + tokens > maxPositions) break;
    const ids = await nextIds(model, past, { next, rows: live.length, signal });
    if (ids === null) return null;
    const goesOn = live.map((i, row) => {
      const { tokens: soFar } = made[i];
      if (eosIds.includes(ids[row])) made[i].stopped = "eos";
      else {
        soFar.push(ids[row]);
        if (isEnough(soFar)) made[i].stopped = "stop";
      }
      return made[i].stopped === "length";
    });
    if (goesOn.includes(false)) keepRows(past, goesOn, model);
    live = live.filter((_, row) => goesOn[row]);
    next = Int32Array.from(ids).filter((_, row) => goesOn[row]);
  }
  return made;
}

/** Runs `next` ([rows * tokens]) after the past, adds to it, and gives each row's likeliest token. */
async function nextIds(
  { stages, config }: Model,
  past: Past,
  { next, rows, signal }: { next: Int32Array; rows: number; signal?: AbortSignal },
): Promise<Int32Array | null> {
  const { nLayers, nKvHeads, dHead, dModel } = config;
  const tokens = next.length / rows;
  const start = past.length;
  const dims = [rows, nKvHeads, start, dHead];
  const group = Int32Array.from({ length: rows }, (_, row) => row);
  let x: F32 = await stages.embed(next);
  for (let layer = 0; layer < nLayers; layer++) {
    if (signal?.aborted) return null;
    const prefix: Prefix | null =
      start === 0 ? null : { k: { dims, data: past.k[layer] }, v: { dims, data: past.v[layer] }, group };
    const { y, k, v } = await stages.block({ layer, x, rows, tokens, start, prefix });
    past.k[layer] = start === 0 ? k.data : joined(past.k[layer], k.data, rows * nKvHeads);
    past.v[layer] = start === 0 ? v.data : joined(past.v[layer], v.data, rows * nKvHeads);
    x = y;
  }
  past.length = start + tokens;
  const last = new Float32Array(rows * dModel); // [rows, dModel]
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * tokens * dModel;
    last.set(x.data.subarray(end - dModel, end), row * dModel);
  }
  const head = await stages.head({ x: { dims: [rows, dModel], data: last }, answers: new Int32Array(rows), topK: 1 });
  return head.topIds;
}

/** [lanes, P, dHead] and [lanes, T, dHead] -> [lanes, P + T, dHead] */
function joined(a: Float32Array, b: Float32Array, lanes: number): Float32Array {
  const [one, other] = [a.length / lanes, b.length / lanes];
  const out = new Float32Array(a.length + b.length);
  for (let lane = 0; lane < lanes; lane++) {
    out.set(a.subarray(lane * one, (lane + 1) * one), lane * (one + other));
    out.set(b.subarray(lane * other, (lane + 1) * other), lane * (one + other) + one);
  }
  return out;
}

/** Drops the keys and values of rows that have ended. */
function keepRows(past: Past, keep: readonly boolean[], { config: { nLayers } }: Model): void {
  const rows = keep.flatMap((stays, row) => (stays ? [row] : []));
  const kept = (data: Float32Array) => {
    const width = data.length / keep.length;
    const out = new Float32Array(rows.length * width);
    for (const [at, row] of rows.entries()) out.set(data.subarray(row * width, (row + 1) * width), at * width);
    return out;
  };
  for (let layer = 0; layer < nLayers; layer++) {
    past.k[layer] = kept(past.k[layer]);
    past.v[layer] = kept(past.v[layer]);
  }
}
