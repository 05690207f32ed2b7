/** `patchbay run SPEC.json --out FILE.patchbay.json [--resume]`.
 *  Finished passes go to FILE.journal at once, the result to FILE when all are there. Ctrl-C and `kill -9` leave
 *  the journal, and `--resume` goes on from it; without `--resume` a journal is never overwritten. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Checkpoint } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import type { PlanKind } from "../experiment/plan";
import { memoryOf, openModel } from "../forward/model";
import type { DeviceName } from "../forward/types";
import { type SweepResult, serialize, serializeAny } from "../result";
import { writeWhole } from "../run/files";
import { run } from "../run/patch-sweep";
import { fitted, planSpec } from "../run/plan";
import { traceSpec } from "../run/trace-run";
import type { RunStatus } from "../view/types";
import { type MemoryFlags, memoryOptions, wholeNumber } from "./inputs";
import { EXIT } from "./outcome";
import { Progress, secondsText } from "./progress";
import { openSpec } from "./spec-file";

export interface RunCommand extends MemoryFlags {
  out: string;
  device: string;
  resume?: boolean;
  plan: string;
  seed: string;
}

const MAX_SEED = 4_294_967_295;

export async function runSpec(path: string, options: RunCommand, signal: AbortSignal): Promise<void> {
  const { out, device, resume = false } = options;
  const journal = `${out}.journal`;
  const seed = wholeNumber("--seed", options.seed, 0, MAX_SEED);
  const plan = planKind(options.plan);
  checkOut(out, journal, resume);
  const { json, kind, checkpoint } = await openSpec(path);
  const use = memoryOptions(options);
  if (kind === "path-trace") return runTrace(json, checkpoint, { ...options, use, seed }, signal);
  const planned = fitted({ plan }, { memory: memoryOf(checkpoint, use) });
  process.stderr.write(`${planSpec(json, checkpoint, planned)}\n`);
  const model = await openModel(checkpoint, { device: device as DeviceName, ...use });
  const progress = new Progress();
  try {
    signal.throwIfAborted();
    const sweep = run(json, { model, signal, journal, resume, seed, plan });
    sweep.onChange(() => progress.show(progressText(sweep.progress)));
    try {
      const result = await sweep;
      if (result.state === "done") {
        writeWhole(out, serialize(result));
        rmSync(journal, { force: true });
        progress.end(`${out}: ${sweep.progress.total} ${sweep.progress.unit} in ${secondsText(result.making.seconds)}`);
      } else {
        const { total, unit } = sweep.progress;
        const done = measured(result);
        const again = done > 0 ? `; go on with: patchbay run ${path} --out ${out} --resume` : "";
        progress.end(`stopped at ${done} of ${total} ${unit}${again}`);
        process.exitCode = EXIT.cancelled;
      }
    } finally {
      // A journal of nothing would only stand in the way of the next run.
      if (measured(sweep.snapshot()) === 0) rmSync(journal, { force: true });
    }
  } finally {
    progress.end();
    await model.close();
  }
}

/** A path trace keeps its finished samples in its result: a stopped one is written as it is. */
async function runTrace(
  json: unknown,
  checkpoint: Checkpoint,
  { out, device, use, seed }: { out: string; device: string; use: ReturnType<typeof memoryOptions>; seed: number },
  signal: AbortSignal,
): Promise<void> {
  const model = await openModel(checkpoint, { device: device as DeviceName, ...use });
  const progress = new Progress();
  try {
    signal.throwIfAborted();
    const trace = traceSpec(model, json, { signal, seed });
    trace.onChange(() => progress.show(progressText(trace.progress)));
    const result = await trace;
    const { done, total, unit } = trace.progress;
    if (done > 0) writeWhole(out, serializeAny(result));
    const seconds = secondsText(result.making.seconds);
    if (result.state === "done") return progress.end(`${out}: ${total} ${unit} in ${seconds}`);
    progress.end(`stopped at ${done} of ${total} ${unit}${done > 0 ? `, kept in ${out}` : ""}`);
    process.exitCode = EXIT.cancelled;
  } finally {
    progress.end();
    await model.close();
  }
}

/** Cells that are finished. */
const measured = ({ data }: SweepResult) =>
  data.values.logit.reduce((n, logit) => n + (Number.isNaN(logit) ? 0 : 1), 0);

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
