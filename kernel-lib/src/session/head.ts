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
    const { x, of } = withTargets(call, { from, n, width: config.dModel });
    const padded = Array.from({ length: of.length }, (_, i) => (i < n ? answers[from + i] : 0));
    const out = await (await session()).run(headFeeds(x, { answers: padded, of, topK, kl: target !== null }, config), [
      "answer_logit",
      "above",
      "log_sum_exp",
      ...(topK === 0 ? [] : ["top_logits", "top_ids"]),
      ...(target === null ? [] : ["kl"]),
    ]);
    const rowsOf = (name: string, width = 1) => (out[name].data as Float32Array).subarray(0, n * width);
    reply.answerLogit.set(rowsOf("answer_logit"), from);
    reply.logSumExp.set(rowsOf("log_sum_exp"), from);
    reply.rank.set(
      rowsOf("above").map((above) => above + 1),
      from,
    );
    // Rounding may leave a divergence of -1e-8 where there is none.
    reply.kl?.set(
      rowsOf("kl").map((kl) => Math.max(0, kl)),
      from,
    );
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
      { answers: none, of: none, topK: 0, kl: false },
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

/** A chunk's rows and, behind them, the distinct KL targets that they refer to: one product for both. */
function withTargets(
  { x, target }: HeadCall,
  { from, n, width }: { from: number; n: number; width: number },
): { x: Float32Array; of: number[] } {
  const rows = x.subarray(from * width, (from + n) * width);
  if (target === null) return { x: rows, of: Array.from({ length: n }, () => 0) };
  const places = new Map<number, number>();
  const of: number[] = [];
  for (const t of target.of.subarray(from, from + n)) {
    if (!places.has(t)) places.set(t, n + places.size);
    of.push(places.get(t) as number);
  }
  const all = new Float32Array((n + places.size) * width);
  all.set(rows);
  for (const [t, place] of places) {
    all.set(target.x.subarray(t * width, (t + 1) * width), place * width);
    of.push(place);
  }
  return { x: all, of };
}

const flag = (value: boolean) => new Tensor("bool", [value], []);

function headFeeds(
  x: Float32Array,
  { answers, of, topK, kl }: { answers: number[]; of: number[]; topK: number; kl: boolean },
  { dModel }: ModelConfig,
): Record<string, Tensor> {
  const rows = answers.length;
  return {
    x: new Tensor("float32", x, [rows, dModel]),
    answers: ints(answers, [rows, 1]),
    of: ints(of, [rows, 1]),
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
