/** `patchbay plan SPEC.json`: what `run` would cost, with seconds from a short probe of this machine. */
import { openModel } from "../forward/model";
import type { DeviceName } from "../forward/types";
import { planSpec } from "../run/plan";
import { openSpec } from "./spec-file";

export async function planCommand(path: string, { json, device }: { json?: boolean; device: string }): Promise<void> {
  const { json: spec, checkpoint } = await openSpec(path);
  const untimed = planSpec(spec, checkpoint);
  const model = await openModel(checkpoint, { device: device as DeviceName });
  try {
    const plan = await untimed.timed(model);
    const shown = json ? JSON.stringify({ cost: plan.cost, warnings: plan.warnings }, null, 2) : String(plan);
    process.stdout.write(`${shown}\n`);
  } finally {
    await model.close();
  }
}
