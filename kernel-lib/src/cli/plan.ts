/** `patchbay plan SPEC.json`: what `run` would cost. A sweep's seconds come from a short probe of this machine; a trace's
 *  paths are counted, which takes one forward pass for each sample. */
import type { Checkpoint } from "../checkpoint/types";
import { countPaths } from "../experiment/trace";
import { resolveTraceSpec } from "../experiment/trace-spec";
import { memoryOf, openModel } from "../forward/model";
import type { DeviceName } from "../forward/types";
import { fitted, planSpec } from "../run/plan";
import { type MemoryFlags, memoryOptions } from "./inputs";
import { openSpec } from "./spec-file";

export interface PlanCommand extends MemoryFlags {
  json?: boolean;
  device: string;
}

export async function planCommand(path: string, { json, device, ...flags }: PlanCommand): Promise<void> {
  const { json: spec, kind, checkpoint } = await openSpec(path);
  const use = memoryOptions(flags);
  if (kind === "path-trace") return planTrace(spec, checkpoint, { json, device, use });
  const untimed = planSpec(spec, checkpoint, fitted({}, { memory: memoryOf(checkpoint, use) }));
  const model = await openModel(checkpoint, { device: device as DeviceName, ...use });
  try {
    const plan = await untimed.timed(model);
    const shown = json ? JSON.stringify({ cost: plan.cost, warnings: plan.warnings }, null, 2) : String(plan);
    process.stdout.write(`${shown}\n`);
  } finally {
    await model.close();
  }
}

async function planTrace(
  spec: unknown,
  checkpoint: Checkpoint,
  { json, device, use }: { json?: boolean; device: string; use: ReturnType<typeof memoryOptions> },
): Promise<void> {
  const asked = resolveTraceSpec(spec, checkpoint);
  const model = await openModel(checkpoint, { device: device as DeviceName, ...use });
  try {
    const samples = [];
    for (const sample of asked.samples) samples.push(await countPaths(model, sample, asked));
    const total = samples.reduce((n, { paths }) => n + paths, 0);
    const most = Math.max(...samples.map(({ paths }) => paths));
    const over = samples.filter(({ paths }) => paths > asked.budget).length;
    if (json)
      return void process.stdout.write(`${JSON.stringify({ samples, total, budget: asked.budget }, null, 2)}\n`);
    const n = (value: number) => value.toLocaleString("en");
    process.stdout.write(
      `path trace: ${samples.length} samples, top-${asked.topK} attention, answer rank <= ${n(asked.maxRank)}\n` +
        `paths: ${n(total)} in all, at most ${n(most)} in a sample\n` +
        `block applications on the plain trie: ${n(samples.reduce((sum, { blocks }) => sum + blocks, 0))}\n` +
        (over > 0
          ? `${over} samples have more paths than the budget of ${n(asked.budget)}: they would be refused\n`
          : ""),
    );
  } finally {
    await model.close();
  }
}
