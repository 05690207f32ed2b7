/** `patchbay run SPEC.json --out FILE.patchbay.json [--resume]`.
 *  Finished passes or samples go to FILE.journal at once, the result to FILE when all are there. Ctrl-C and `kill -9` leave
 *  the journal, and `--resume` goes on from it; without `--resume` a journal is never overwritten. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PatchbayError } from "../errors";
import type { PlanKind } from "../experiment/plan";
import { memoryOf, openModel } from "../forward/model";
import { serializeAny } from "../result";
import { writeWhole } from "../run/files";
import { experimentOf } from "../run/kinds";
import type { RunStatus } from "../view/types";
import { type DeviceFlags, deviceOptions, type MemoryFlags, memoryOptions, wholeNumber } from "./inputs";
import { EXIT } from "./outcome";
import { Progress, secondsText } from "./progress";
import { openSpec } from "./spec-file";

export interface RunCommand extends MemoryFlags, DeviceFlags {
  out: string;
  resume?: boolean;
  plan: string;
  seed: string;
}

const MAX_SEED = 4_294_967_295;

/** A resumed run writes the file that an undisturbed one would have written, but for `making.started` and
 *  `making.seconds`, which say when it was made. */
export async function runSpec(path: string, options: RunCommand, signal: AbortSignal): Promise<void> {
  const { out, resume = false } = options;
  const journal = `${out}.journal`;
  const seed = wholeNumber("--seed", options.seed, 0, MAX_SEED);
  const plan = planKind(options.plan);
  checkOut(out, journal, resume);
  const { json, checkpoint } = await openSpec(path);
  const experiment = experimentOf(json);
  const use = memoryOptions(options);
  experiment.check(json, checkpoint);
  const estimate = experiment.estimate?.(json, checkpoint, { memory: memoryOf(checkpoint, use), plan });
  if (estimate !== undefined) process.stderr.write(`${estimate}\n`);
  const model = await openModel(checkpoint, { ...deviceOptions(options), ...use });
  const progress = new Progress();
  try {
    signal.throwIfAborted();
    const going = experiment.start(model, json, { signal, journal, resume, seed, plan });
    going.onChange(() => progress.show(progressText(going.progress)));
    try {
      const result = await going;
      const { total, unit } = going.progress;
      if (result.state === "done") {
        writeWhole(out, serializeAny(result));
        rmSync(journal, { force: true });
        progress.end(`${out}: ${total} ${unit} in ${secondsText(result.making.seconds)}`);
      } else {
        const done = result.finished;
        const again = done > 0 ? `; go on with: patchbay run ${path} --out ${out} --resume` : "";
        progress.end(`stopped at ${done} of ${total} ${unit}${again}`);
        process.exitCode = EXIT.cancelled;
      }
    } finally {
      // A journal of nothing would only stand in the way of the next run.
      if (going.snapshot().finished === 0) rmSync(journal, { force: true });
    }
  } finally {
    progress.end();
    await model.close();
  }
}

function planKind(name: string): PlanKind {
  if (name === "planned" || name === "naive") return name;
  throw new PatchbayError({ thing: "--plan", value: name, rule: "must be planned or naive" });
}

function progressText({ done, total, unit, secondsLeft }: RunStatus): string {
  // Before the first cell, the time is that of opening the model.
  const left = secondsLeft === null || done === 0 ? "" : `, ${secondsText(secondsLeft)} left`;
  return `${done} of ${total} ${unit}${left}`;
}

/** Asked before anything is loaded: an hour of work must not end at a name that cannot be written. */
function checkOut(out: string, journal: string, resume: boolean): void {
  const folder = dirname(resolve(out));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new PatchbayError({
      thing: `--out ${out}`,
      rule: `lies in ${folder}, which is no folder`,
      wayOut: "Make it first",
    });
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory())
    throw new PatchbayError({ thing: `--out ${out}`, rule: "is a folder", wayOut: "Name a file in it" });
  if (!resume && existsSync(journal))
    throw new PatchbayError({
      thing: journal,
      rule: "holds what an earlier run has finished",
      wayOut: "Go on from it by --resume, or delete it to start again",
    });
}
