/** Greedy decoding of one prompt: the prompt once, then token by token against the keys and values before it. */
import type { StageRunner } from "./stage-runner";
import type { Cancel, GreedyCall, GreedyReply } from "./types";

interface Past {
  /** Per layer, [nKvHeads, length, dHead]. */
  k: Float32Array[];
  v: Float32Array[];
  length: number;
}

export async function runGreedy(call: GreedyCall, stages: StageRunner, cancel: Cancel): Promise<GreedyReply> {
  const { maxPositions } = stages.spec.config;
  const past: Past = { k: [], v: [], length: 0 };
  const ids: number[] = [];
  let next = call.ids;
  while (ids.length < call.maxNewTokens && past.length + next.length <= maxPositions) {
    if (cancel.aborted) return { ids, stopped: "abort" };
    const id = await nextToken(next, past, { stages, cancel });
    if (id === null) return { ids, stopped: "abort" };
    if (call.stopIds.includes(id)) return { ids, stopped: "eos" };
    ids.push(id);
    next = Int32Array.of(id);
  }
  return { ids, stopped: "length" };
}

/** Runs `next` after the past, adds its keys and values to it, and gives the likeliest token after it. */
async function nextToken(
  next: Int32Array,
  past: Past,
  { stages, cancel }: { stages: StageRunner; cancel: Cancel },
): Promise<number | null> {
  const { config } = stages.spec;
  const { nLayers, dModel } = config;
  const tokens = next.length;
  const start = past.length;
  let x = await stages.embed(next);
  for (let layer = 0; layer < nLayers; layer++) {
    if (cancel.aborted) return null;
    const prefix = start === 0 ? null : { k: past.k[layer], v: past.v[layer], group: Int32Array.of(0) };
    const call = { layer, x, rows: 1, tokens, start, prefix, want: [], edits: [], keys: true };
    const { y, k, v } = await stages.block(call, { aborted: false });
    past.k[layer] = start === 0 ? k : joined(past.k[layer], k, config);
    past.v[layer] = start === 0 ? v : joined(past.v[layer], v, config);
    x = y;
  }
  past.length = start + tokens;
  const last = x.subarray((tokens - 1) * dModel);
  const head = { x: last, answers: Int32Array.of(0), topK: 1, target: null };
  return (await stages.head(head, { aborted: false })).topIds?.[0] ?? null;
}

/** [heads, P, dHead] and [heads, T, dHead] -> [heads, P + T, dHead] */
function joined(a: Float32Array, b: Float32Array, { nKvHeads }: { nKvHeads: number }): Float32Array {
  const one = a.length / nKvHeads;
  const other = b.length / nKvHeads;
  const out = new Float32Array(a.length + b.length);
  for (let h = 0; h < nKvHeads; h++) {
    out.set(a.subarray(h * one, (h + 1) * one), h * (one + other));
    out.set(b.subarray(h * other, (h + 1) * other), h * (one + other) + one);
  }
  return out;
}
