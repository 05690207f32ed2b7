/** The whole paper on one or more checkpoints, into a folder: experiments that are not finished are run, finished ones
 *  are read; then every table, figure and the report are made of what is there.
 *
 *  A folder can be gone on with: each result has its journal while it is made, and a result that is there is taken only
 *  when its spec, model, precision and seed are those that are asked for. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { PatchbayError, SpecError } from "../errors";
import { openModel } from "../forward/model";
import type { LoadOptions, Model } from "../forward/types";
import type { Result } from "../result/base";
import { parseAnyResult, serializeAny } from "../result/kinds";
import { writeWhole } from "./files";
import { contentHash } from "./hash";
import { experimentOf } from "./kinds";
import { checkOnly, type PaperFiles, writePaper } from "./reproduce-files";
import { folderOf, jobsOf, type ReproduceJob, type ReproduceQuestion } from "./reproduce-jobs";
import { Remaining } from "./reproduce-time";

/** Which models, into which folder, and what is left out. */
export interface ReproduceOptions extends ReproduceQuestion {
  /** Folders, hub names or demos; several stand side by side in tables and figures. */
  models: readonly string[];
  /** Folder for `results`, `tables`, `figures` and `index.html`; made when it is missing. */
  out: string;
  /** Of bootstrap intervals, and of all that is drawn. Default 0. */
  seed?: number;
  /** Of bootstrap intervals in tables and figures. Default 10,000. */
  resamples?: number;
  /** These tables and figures alone, by name; default all that the results can make. */
  only?: readonly string[];
  load?: LoadOptions;
  signal?: AbortSignal;
  onProgress?: (progress: ReproduceProgress) => void;
}

/** What is being done. */
export interface ReproduceProgress {
  /** Jobs, then tables and figures. */
  done: number;
  total: number;
  /** Share of all that is done, 0 to 1. */
  share: number;
  /** What is being done: "demo/dpo: path analysis (k = 2), antonym". */
  doing: string;
  /** null while nothing of that kind was timed. `atLeast`: parts that were never timed are left out. */
  secondsLeft: number | null;
  atLeast: boolean;
}

/** What was written. */
export interface Reproduced extends PaperFiles {
  state: "done" | "stopped";
  /** Experiments: run now, and read from the folder. */
  ran: number;
  kept: number;
  /** Experiments that could not be run, with their reason. */
  failed: readonly { title: string; model: string; reason: string }[];
  /** Path of the report; null when it was stopped before. */
  report: string | null;
}

/** Runs what is missing and writes the folder.
 *  @throws SpecError when a task or model is wrong, or the folder holds results of something else
 *  @example await pb.reproduce({ models: ["demo/sft", "demo/dpo"], out: "paper", n: 20 }) */
export async function reproduce(options: ReproduceOptions): Promise<Reproduced> {
  for (const [field, value] of [["out", options?.out] as const, ["models", options?.models] as const])
    if (value === undefined)
      throw new SpecError({
        thing: `reproduce: ${field}`,
        rule: "is missing",
        wayOut: 'For example { models: ["demo/sft", "demo/dpo"], out: "paper" }',
      });
  const out = resolve(options.out);
  checkOnly(options.only);
  const checkpoints = await opened(options.models);
  const plans = checkpoints.map((checkpoint) => ({ checkpoint, jobs: jobsOf(checkpoint, out, options) }));
  if (plans.every(({ jobs }) => jobs.length === 0))
    throw new SpecError({ thing: "reproduce: skip", rule: "leaves nothing to run" });
  // Everything that is there is checked before the first hour of work.
  const results = new Map<ReproduceJob, Result>();
  for (const { jobs } of plans) {
    for (const job of jobs) {
      const known = finishedResult(job, options);
      if (known) results.set(job, known);
    }
  }
  const kept = results.size;
  const all = plans.flatMap(({ jobs }) => jobs);
  const time = new Remaining(all, [...results.keys()]);
  const failed: { title: string; model: string; reason: string }[] = [];
  for (const { checkpoint, jobs } of plans) {
    const left = jobs.filter((job) => !results.has(job));
    if (left.length === 0 || options.signal?.aborted) continue;
    const model = await openModel(checkpoint, options.load);
    try {
      for (const job of left) {
        if (options.signal?.aborted) break;
        try {
          const result = await runJob(model, job, { ...options, time });
          if (result !== null) results.set(job, result);
        } catch (error) {
          // One task that cannot be asked must not cost the others their night.
          if (!(error instanceof PatchbayError) || options.signal?.aborted) throw error;
          failed.push({ title: job.title, model: job.model, reason: error.message });
          time.drop(job);
        }
      }
    } finally {
      await model.close();
    }
  }
  const ran = results.size - kept;
  if (options.signal?.aborted) return { state: "stopped", ran, kept, failed, report: null, written: [], missing: [] };
  const given = all.flatMap((job) => results.get(job) ?? []);
  const files = await writePaper(given, {
    ...options,
    out,
    failed,
    notes: notesOf(all, results),
    sources: all.filter((job) => results.has(job)).map(({ file }) => relative(out, file)),
    command: commandOf(options),
  });
  return { state: options.signal?.aborted ? "stopped" : "done", ran, kept, failed, ...files };
}

/** Models by name, each once. */
async function opened(names: readonly string[]): Promise<Checkpoint[]> {
  if (names.length === 0) throw new SpecError({ thing: "reproduce: models", rule: "must name at least one model" });
  const checkpoints: Checkpoint[] = [];
  for (const name of names) checkpoints.push(await openCheckpoint(name));
  const seen = new Map<string, string>();
  for (const { name, fingerprint } of checkpoints) {
    for (const [what, key] of [
      ["is the same checkpoint as", fingerprint],
      ["would share its folder of results with", folderOf(name)],
    ]) {
      const other = seen.get(key);
      if (other !== undefined)
        throw new SpecError({
          thing: "reproduce: models",
          value: name,
          rule: `${what} ${other}`,
          wayOut: "Name each once",
        });
      seen.set(key, name);
    }
  }
  return checkpoints;
}

/** A finished result of just this job; null where there is none.
 *  @throws SpecError when the file holds something else */
function finishedResult(job: ReproduceJob, { seed = 0, load }: ReproduceOptions): Result | null {
  if (!existsSync(job.file)) return null;
  const result = parseAnyResult(readFileSync(job.file), job.file);
  const { making } = result;
  const refuse = (what: string | null, found: unknown, rule: string): never => {
    throw new SpecError({
      thing: what === null ? job.file : `${job.file}: ${what}`,
      value: found,
      rule,
      wayOut: "Give another --out, or delete this file to have it made again",
    });
  };
  if (making.model.fingerprint !== job.fingerprint)
    refuse("model", making.model.fingerprint, `must be ${job.fingerprint}: the checkpoint has changed since`);
  if (making.specHash !== contentHash(job.spec)) {
    const fields = differing(result.spec as unknown as Record<string, unknown>, job.spec);
    refuse(null, undefined, `was made of another question than is asked now (different: ${fields})`);
  }
  if (making.seed !== seed) refuse("seed", making.seed, `must be ${seed}`);
  const device = load?.device ?? "auto";
  if (device !== "auto" && making.provider.device !== device)
    refuse("device", making.provider.device, `must be ${device}, which is asked for now`);
  const precision = load?.precision ?? "fp32";
  if (making.provider.precision !== precision)
    refuse("precision", making.provider.precision, `must be ${precision}, which is asked for now`);
  return result.state === "done" ? result : null;
}

/** Fields in which two specs differ, in words. */
function differing(made: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>): string {
  const fields = [...new Set([...Object.keys(made), ...Object.keys(asked)])];
  return fields.filter((field) => JSON.stringify(made[field]) !== JSON.stringify(asked[field])).join(", ");
}

async function runJob(
  model: Model,
  job: ReproduceJob,
  { seed = 0, signal, onProgress, time }: ReproduceOptions & { time: Remaining },
): Promise<Result | null> {
  mkdirSync(dirname(job.file), { recursive: true });
  const journal = `${job.file}.journal`;
  const run = experimentOf(job.spec).start(model, job.spec, { signal, seed, journal, resume: existsSync(journal) });
  const end = time.begin(job);
  const say = () => {
    const { done, total } = run.progress;
    onProgress?.({ doing: `${job.model}: ${job.title}`, ...time.state(total === 0 ? 0 : done / total) });
  };
  say();
  const off = run.onChange(say);
  try {
    const result = await run;
    if (result.state !== "done") return null;
    writeWhole(job.file, serializeAny(result));
    rmSync(journal, { force: true });
    end();
    return result;
  } finally {
    off();
    // A journal of nothing would only stand in the way.
    if (run.snapshot().finished === 0) rmSync(journal, { force: true });
  }
}

/** What was said of the prompts when they were laid out, and of each run. */
function notesOf(jobs: readonly ReproduceJob[], results: ReadonlyMap<ReproduceJob, Result>) {
  return jobs.flatMap(({ warnings, spec, title, model }, at) =>
    [...warnings, ...(results.get(jobs[at])?.making.warnings ?? [])].map((words) => ({
      about: typeof spec.task === "string" ? spec.task : title,
      model,
      words,
    })),
  );
}

/** The command that makes the folder again. */
function commandOf({
  models,
  tasks,
  out,
  n,
  rephrasings,
  maxRank,
  skip = [],
  protocol,
  filler,
  chat,
  only,
  seed,
  resamples,
  load,
}: ReproduceOptions): string {
  const option = (name: string, value: unknown) => (value === undefined ? [] : [`--${name} ${inShell(String(value))}`]);
  return [
    "npx patchbay reproduce",
    ...models.map((name) => `--model ${inShell(name)}`),
    ...option("tasks", tasks?.join(",")),
    ...option("n", n),
    ...option("rephrasings", rephrasings),
    ...option("max-rank", maxRank),
    ...option("protocol", protocol),
    ...option("filler", filler),
    ...(chat === true ? ["--chat"] : []),
    ...option("skip", skip.length === 0 ? undefined : skip.join(",")),
    ...option("only", only?.join(",")),
    ...option("seed", seed),
    ...option("resamples", resamples),
    ...option("device", load?.device),
    ...option("precision", load?.precision),
    `--out ${inShell(out)}`,
  ].join(" ");
}

/** A word as a shell reads it: between quotation marks where it has other characters than names have. */
const inShell = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
