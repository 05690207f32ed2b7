/** The head stage over any number of rows, in chunks that keep the logits small. */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { throwIfAborted } from "./abort";
import { headRows } from "./limits";
import { ints } from "./place";
import type { Cancel, HeadCall, HeadReply } from "./types";

interface Around {
  config: ModelConfig;
  session: () => Promise<InferenceSession>;
  cancel: Cancel;
}

/** Answer logit, rank from 1, log-sum-exp, and what else was asked for, per row. */
export async function runHead(call: HeadCall, { config, session, cancel }: Around): Promise<HeadReply> {
  const { answers, topK, target } = call;
  const rows = answers.length;
  const reply: HeadReply = {
    answerLogit: new Float32Array(rows),
    rank: new Int32Array(rows),
    logSumExp: new Float32Array(rows),
    kl: target === null ? null : new Float32Array(rows),
    topIds: topK === 0 ? null : new Int32Array(rows * topK),
    topLogits: topK === 0 ? null : new Float32Array(rows * topK),
  };
  const step = headRows(config);
  for (let from = 0; from < rows; from += step) {
    throwIfAborted(cancel);
    const n = Math.min(rows, from + step) - from;
    const { x, of, targets } = withTargets(call, { from, n, width: config.dModel });
    const padded = Array.from({ length: of.length }, (_, i) => (i < n ? answers[from + i] : 0));
    const feeds = headFeeds(x, { answers: padded, of, targets, topK, kl: target !== null }, config);
    const out = await (await session()).run(feeds, [
      "answer_logit",
      "above",
      "log_sum_exp",
      ...(topK === 0 ? [] : ["top_logits", "top_ids"]),
      ...(target === null ? [] : ["cross", "log_sum"]),
    ]);
    const rowsOf = (name: string, width = 1) => (out[name].data as Float32Array).subarray(0, n * width);
    reply.answerLogit.set(rowsOf("answer_logit"), from);
    reply.logSumExp.set(rowsOf("log_sum_exp"), from);
    reply.rank.set(
      rowsOf("above").map((above) => above + 1),
      from,
    );
    if (reply.kl !== null) {
      const entropy = difference(out.cross.data as Float32Array, out.log_sum.data as Float32Array);
      // KL = (sum p l_target - log_sum_target) - (sum p l_row - log_sum_row); rounding may leave -1e-8 where there is none.
      for (let i = 0; i < n; i++) reply.kl[from + i] = Math.max(0, entropy[targets[of[i]]] - entropy[i]);
    }
    reply.topLogits?.set(rowsOf("top_logits", topK), from * topK);
    reply.topIds?.set(rowsOf("top_ids", topK), from * topK);
    for (const tensor of Object.values(out)) tensor.dispose();
  }
  refuseNotFinite(reply);
  return reply;
}

/** Rows [rows, dModel] -> logits [rows, vocab] and the final norm's scale [rows]. */
export async function runLogits(
  x: Float32Array,
  { config, session, cancel }: Around,
): Promise<{ logits: Float32Array; scale: Float32Array }> {
  const { dModel, vocab } = config;
  const rows = x.length / dModel;
  const logits = new Float32Array(rows * vocab);
  const scale = new Float32Array(rows);
  const step = headRows(config);
  for (let from = 0; from < rows; from += step) {
    throwIfAborted(cancel);
    const to = Math.min(rows, from + step);
    const none = Array.from({ length: to - from }, () => 0);
    const feeds = headFeeds(
      x.subarray(from * dModel, to * dModel),
      { answers: none, of: none, targets: [], topK: 0, kl: false },
      config,
    );
    const out = await (await session()).run(
      { ...feeds, with_logits: flag(true) },
      {
        logits: new Tensor("float32", logits.subarray(from * vocab, to * vocab), [to - from, vocab]),
        scale: new Tensor("float32", scale.subarray(from, to), [to - from, 1]),
      },
    );
    for (const tensor of Object.values(out)) tensor.dispose();
  }
  return { logits, scale };
}

/** A chunk's rows and, behind them, the distinct KL targets that they refer to: one product for both. `targets` are
 *  places among these rows, `of` places among the targets. */
function withTargets(
  { x, target }: HeadCall,
  { from, n, width }: { from: number; n: number; width: number },
): { x: Float32Array; of: number[]; targets: number[] } {
  const rows = x.subarray(from * width, (from + n) * width);
  if (target === null) return { x: rows, of: Array.from({ length: n }, () => 0), targets: [] };
  const places = new Map<number, number>();
  const of: number[] = [];
  for (const t of target.of.subarray(from, from + n)) {
    if (!places.has(t)) places.set(t, places.size);
    of.push(places.get(t) as number);
  }
  const all = new Float32Array((n + places.size) * width);
  all.set(rows);
  for (const [t, place] of places) {
    all.set(target.x.subarray(t * width, (t + 1) * width), (n + place) * width);
    of.push(place);
  }
  return { x: all, of, targets: Array.from({ length: places.size }, (_, place) => n + place) };
}

const difference = (a: Float32Array, b: Float32Array): Float64Array => Float64Array.from(a, (value, i) => value - b[i]);
const flag = (value: boolean) => new Tensor("bool", [value], []);

function headFeeds(
  x: Float32Array,
  asked: { answers: number[]; of: number[]; targets: number[]; topK: number; kl: boolean },
  { dModel }: ModelConfig,
): Record<string, Tensor> {
  const { answers, of, targets, topK, kl } = asked;
  const rows = answers.length;
  return {
    x: new Tensor("float32", x, [rows, dModel]),
    answers: ints(answers, [rows, 1]),
    of: ints(of, [rows, 1]),
    targets: ints(targets),
    k: ints([Math.max(1, topK)]),
    with_top: flag(topK > 0),
    with_kl: flag(kl),
    with_logits: flag(false),
  };
}

/** A rank among NaN logits would be 1: better no number than that one. */
function refuseNotFinite({ logSumExp }: HeadReply): void {
  const row = logSumExp.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new PatchbayError({
    thing: `log-sum-exp of the logits of row ${row}`,
    value: String(logSumExp[row]),
    rule: "must be finite",
    wayOut: "The weights hold NaN or infinities, or an intervention is too large for F32",
  });
}
