/** Rows of one length through the whole model, layer after layer: what was asked for is kept, the rest let go. */
import { throwIfAborted } from "./abort";
import { changeRows } from "./change";
import type { StageRunner } from "./stage-runner";
import type { Cancel, Edit, PassCall, PassReply } from "./types";

/** Block and short name of a full hook name; null outside the blocks. */
export function blockOf(hook: string): { layer: number; name: string } | null {
  const match = /^blocks\.(\d+)\.(.+)$/.exec(hook);
  return match === null ? null : { layer: Number(match[1]), name: match[2] };
}

export async function runPass(call: PassCall, stages: StageRunner, cancel: Cancel): Promise<PassReply> {
  const { dModel, nLayers } = stages.spec.config;
  const { ids, rows, tokens } = call;
  const hooks: Record<string, Float32Array> = {};
  let x = changeRows(await stages.embed(ids), { edits: call.edits, hook: "hook_embed", width: dModel });
  if (call.want.includes("hook_embed")) hooks.hook_embed = x.slice();
  for (let layer = 0; layer < nLayers; layer++) {
    throwIfAborted(cancel);
    const mine = (hook: string) => blockOf(hook)?.layer === layer;
    const short = (hook: string) => blockOf(hook)?.name ?? hook;
    const edits: Edit[] = call.edits.filter(({ hook }) => mine(hook)).map((e) => ({ ...e, hook: short(e.hook) }));
    const want = call.want.filter(mine).map(short);
    const reply = await stages.block(
      { layer, x, rows, tokens, start: 0, prefix: null, want, edits, keys: false },
      cancel,
    );
    for (const name of want) hooks[`blocks.${layer}.${name}`] = reply.hooks[name];
    x = reply.y;
  }
  return { hooks, lastLogits: await lastLogits(x, { call, stages, cancel, hooks }) };
}

/** Logits of each row's last token, [rows, vocab]; and into `hooks` what was wanted of the head, for every token. */
async function lastLogits(
  x: Float32Array,
  { call, stages, cancel, hooks }: { call: PassCall; stages: StageRunner; cancel: Cancel; hooks: PassReply["hooks"] },
): Promise<Float32Array> {
  const { dModel } = stages.spec.config;
  const { rows, tokens, want } = call;
  const every = want.some((hook) => hook === "logits" || hook.startsWith("ln_final."));
  const last = (all: Float32Array, width: number) => {
    const picked = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const at = (row * tokens + tokens - 1) * width;
      picked.set(all.subarray(at, at + width), row * width);
    }
    return picked;
  };
  // Always by a call of its own, so that its bits do not depend on what else was captured.
  const answer = (await stages.logits(last(x, dModel), cancel)).logits;
  if (!every) return answer;
  const { logits, scale } = await stages.logits(x, cancel);
  if (want.includes("logits")) hooks.logits = logits;
  if (want.includes("ln_final.hook_scale")) hooks["ln_final.hook_scale"] = scale;
  if (want.includes("ln_final.hook_normalized"))
    hooks["ln_final.hook_normalized"] = x.map((value, i) => value / scale[Math.floor(i / dModel)]);
  return answer;
}
