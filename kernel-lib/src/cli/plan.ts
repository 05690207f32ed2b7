/** `patchbay plan SPEC.json`: what `run` would cost. A sweep's seconds come from a short probe of this machine; a trace's
 *  paths are counted, which takes one forward pass for each sample. */
import { openModel } from "../forward/model";
import type { DeviceName } from "../forward/types";
import { experimentOf } from "../run/kinds";
import { type MemoryFlags, memoryOptions } from "./inputs";
import { openSpec } from "./spec-file";

export interface PlanCommand extends MemoryFlags {
  json?: boolean;
  device: string;
}

export async function planCommand(path: string, { json, device, ...flags }: PlanCommand): Promise<void> {
  const { json: spec, checkpoint } = await openSpec(path);
  const experiment = experimentOf(spec);
  experiment.check(spec, checkpoint);
  const model = await openModel(checkpoint, { device: device as DeviceName, ...memoryOptions(flags) });
  try {
    const cost = await experiment.plan(spec, model);
    process.stdout.write(`${json ? JSON.stringify(cost.json, null, 2) : cost.text}\n`);
  } finally {
    await model.close();
  }
}
