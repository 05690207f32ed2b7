/** The reference plan: one full forward, alone in its batch and without any prefix, for every configuration.
 *  Slow and plain on purpose; the planned sweep must agree with it. */
import type { ModelConfig } from "../checkpoint/types";
import type { BlockInput, Stages } from "../forward/types";
import type { F32 } from "../tensor";
import { type MeasuredRow, measure } from "./head";
import type { Pass, SweepJob } from "./layout";
import type { PassValues, StageLimits } from "./pass";

/** Runs the samples and tuples of `pass` one by one; yields FLOPs after each forward.
 *  @throws the signal's reason when it is aborted between two forwards. */
export async function* runNaive(
  stages: Stages,
  config: ModelConfig,
  job: SweepJob,
  pass: Pass,
  limits: StageLimits,
): AsyncGenerator<number, PassValues> {
  const measured: MeasuredRow[][] = [];
  for (const { source, target, targetPosition, reference, answer } of job.samples.slice(...pass.samples)) {
    const rows: MeasuredRow[] = [];
    measured.push(rows);
    const last = async function* (
      role: MeasuredRow["role"],
      tokens: readonly number[],
      patch: Patch | null,
    ): AsyncGenerator<number> {
      limits.signal?.throwIfAborted();
      const { residPost } = await forward(stages, config, tokens, patch, null);
      const x = residPost.data.slice(-config.dModel);
      rows.push({ role, answer, x, same: x });
      yield tokens.length * config.nLayers * limits.flopsPerToken;
    };
    yield* last("target", target, null);
    if (pass.references && reference) yield* last("reference", reference, null);
    const { seen } = await forward(stages, config, source, null, job.site);
    for (const layers of job.tuples.slice(...pass.tuples)) {
      yield* last("patched", target, { site: job.site, layers, position: targetPosition, rows: seen });
    }
  }
  return yield* measure(stages, config, measured, limits);
}

interface Patch {
  site: SweepJob["site"];
  layers: readonly number[];
  position: number;
  /** The source's row for each layer, [dModel]. */
  rows: readonly Float32Array[];
}

/** One prompt through all blocks. `residPost` is the last layer's, [tokens, dModel]; `seen` holds the asked
 *  site's row at the last token for each layer. */
async function forward(
  stages: Stages,
  { nLayers, dModel }: ModelConfig,
  tokens: readonly number[],
  patch: Patch | null,
  see: SweepJob["site"] | null,
): Promise<{ residPost: F32; seen: Float32Array[] }> {
  let x = await stages.embed(Int32Array.from(tokens)); // [tokens, dModel]
  const seen: Float32Array[] = [];
  for (let layer = 0; layer < nLayers; layer++) {
    const input: BlockInput = { layer, x, rows: 1, tokens: tokens.length, start: 0, prefix: null };
    const patched = patch?.layers.includes(layer) ? patch : null;
    if (patched && patched.site !== "resid_post") {
      const values: F32 = { dims: [1, dModel], data: patched.rows[layer] };
      input.overwrite = { site: patched.site, rows: Int32Array.of(patched.position), values };
    }
    if (see && see !== "resid_post") input.want = [`hook_${see}`];
    const { y, hooks } = await stages.block(input);
    x = y;
    if (patched?.site === "resid_post") {
      x = { dims: y.dims, data: y.data.slice() };
      x.data.set(patched.rows[layer], patched.position * dModel);
    }
    if (see) seen.push((see === "resid_post" ? y : hooks[`hook_${see}`]).data.slice(-dModel));
  }
  return { residPost: x, seen };
}
