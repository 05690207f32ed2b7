/** A run that its parent kills: argv is the checkpoint, the journal and what to wait before each block call. */
import { setTimeout } from "node:timers/promises";
import { resolveSpec } from "../../kernel-lib/src/experiment/spec";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { PatchRun } from "../../kernel-lib/src/run/patch-run";
import { killSpec } from "./kill-spec";

async function main(folder: string, journal: string, waitMs: number): Promise<void> {
  const model = await loadModel(folder, { device: "cpu", host: "inline" });
  const { stages } = model;
  const slow = {
    ...stages,
    block: async (input: Parameters<typeof stages.block>[0]) => {
      await setTimeout(waitMs);
      return stages.block(input);
    },
  };
  await new PatchRun({ ...model, stages: slow }, resolveSpec(killSpec(folder), model), { journal });
}

void main(process.argv[2], process.argv[3], Number(process.argv[4]));
