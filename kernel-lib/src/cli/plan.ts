/** `patchbay plan SPEC.json`: what `run` would cost, with seconds from a short probe of this machine. */
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
  const { json: spec, checkpoint } = await openSpec(path);
  const use = memoryOptions(flags);
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
