/** The experiments that the whole of arXiv:2602.07930 takes on one checkpoint, each as a resolved spec and the file that
 *  its result goes to: accuracy (section 3), patch sweeps over one to three layers (5.1), geometry of rephrased
 *  instructions (5.1), and path traces at k = 1, 2, 3 (6). Numbers of samples are the paper's (table 4). */
import { join } from "node:path";
import type { Checkpoint } from "../checkpoint/types";
import { SpecError } from "../errors";
import { accuracyOfTask, resolveAccuracy } from "../experiment/accuracy-spec";
import { SPEC_SCHEMA } from "../experiment/fields";
import { resolveGeometrySpec } from "../experiment/geometry-spec";
import { groupsOfTasks } from "../experiment/geometry-tasks";
import { resolveSpec } from "../experiment/spec";
import { promptsOf, samplesOf, type TaskPrompt, taskNames, task as taskOf } from "../experiment/task";
import { resolveTraceSpec } from "../experiment/trace-spec";
import type { TraceSample } from "../experiment/trace-types";
import type { Protocol } from "../experiment/types";
import { PATHS_WINDOW } from "./paper-charts";

/** Parts of the paper that can be left out. */
export const REPRODUCE_PARTS = ["accuracy", "sweep", "triples", "geometry", "paths-1", "paths-2", "paths-3"] as const;
export type ReproducePart = (typeof REPRODUCE_PARTS)[number];

export interface ReproduceQuestion {
  /** Names of bundled tasks. Default: the paper's eight; for the demo models those four that they were trained on. */
  tasks?: readonly string[];
  /** Most samples of a task in each experiment. Default 100; path traces 100, 20, 15 at k = 1, 2, 3. */
  n?: number;
  /** Rephrasings of each instruction. Default 200, or as many as a task has. */
  rephrasings?: number;
  /** Paths are kept when the answer's rank is at most this. Default 100, or a hundredth of a small vocabulary. */
  maxRank?: number;
  skip?: readonly ReproducePart[];
  /** `paper` (default): as the text has it. `released-code`: as the code published with it runs, which differs. */
  protocol?: Protocol;
  /** Token in place of the instruction under protocol `paper`. Default: the model's beginning-of-sequence token. */
  filler?: number | string;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** One experiment of one model. */
export interface ReproduceJob {
  part: ReproducePart;
  /** "path analysis (k = 2), antonym". */
  title: string;
  model: string;
  fingerprint: string;
  /** Resolved: it runs as it is. */
  spec: { kind: string } & Record<string, unknown>;
  /** Absolute path of the result. */
  file: string;
  /** For estimates: samples, or prompts. */
  items: number;
  /** What a reader should know of its prompts. */
  warnings: readonly string[];
}

const SAMPLES = 100;
const PATH_SAMPLES = [100, 20, 15] as const;
const REPHRASINGS = 200;
const MAX_RANK = 100;
/** Paths of one sample; top-3 attention over a window of tokens may have that many. */
const BUDGET = 5_000_000;
const DEMO_TASKS = ["antonym", "comparative", "color", "can_fly"] as const;

/** The tasks that are run where none are named.
 *  @example defaultTasks("demo/dpo")[0] // "antonym" */
export const defaultTasks = (model: string): string[] =>
  model.startsWith("demo/") ? [...DEMO_TASKS] : taskNames("paper");

/** A model's name as a folder's: letters, digits, points and dashes. */
export const folderOf = (model: string): string =>
  model
    .split("/")
    .filter((part) => part !== "")
    .slice(-2)
    .join("-")
    .replace(/[^\w.-]+/g, "-");

/** All experiments of one model, in the paper's order.
 *  @throws SpecError when a task does not exist or cannot be asked of this model */
export function jobsOf(checkpoint: Checkpoint, out: string, question: ReproduceQuestion): ReproduceJob[] {
  const { tasks = defaultTasks(checkpoint.name), skip = [], protocol = "paper", filler, chat } = question;
  if (checkpoint.tokenizer === null)
    throw new SpecError({ thing: checkpoint.name, rule: "has no tokenizer.json, which tasks need" });
  const folder = join(out, "results", folderOf(checkpoint.name));
  const known = tasks.map((name) => taskOf(name));
  const job = (
    part: ReproducePart,
    title: string,
    name: string,
    { spec, items, warnings = [] }: { spec: object; items: number; warnings?: readonly string[] },
  ): ReproduceJob => ({
    part,
    title,
    warnings,
    model: checkpoint.name,
    fingerprint: checkpoint.fingerprint,
    spec: spec as ReproduceJob["spec"],
    file: join(folder, `${name}.patchbay.json`),
    items,
  });
  const base = { schema: SPEC_SCHEMA, model: checkpoint.name };
  const jobs: ReproduceJob[] = [];
  for (const one of known) {
    const n = Math.min(question.n ?? SAMPLES, one.items.length);
    const asked = { ...base, kind: "accuracy", ...accuracyOfTask(checkpoint, one, { n, chat }) };
    const { spec, warnings } = resolveAccuracy(asked, checkpoint);
    jobs.push(job("accuracy", `accuracy, ${one.name}`, `accuracy.${one.name}`, { spec, warnings, items: n }));
  }
  for (const [part, sizes, file] of [
    ["sweep", [1, 2], "sweep"],
    ["triples", [1, 2, 3], "sweep-3"],
  ] as const) {
    for (const one of known) {
      const n = Math.min(question.n ?? SAMPLES, one.items.length);
      const { samples } = samplesOf(checkpoint, one, { n, protocol, filler, chat });
      const { warnings } = promptsOf(checkpoint, one, { n, chat });
      const { spec } = resolveSpec(
        { ...base, kind: "patch-sweep", protocol, task: one.name, chat, samples, tuples: { sizes } },
        checkpoint,
      );
      const title = `patching up to ${sizes.length} layers, ${one.name}`;
      jobs.push(job(part, title, `${file}.${one.name}`, { spec, warnings, items: n }));
    }
  }
  if (known.length >= 2) {
    const most = Math.min(
      question.rephrasings ?? REPHRASINGS,
      ...known.map(({ rephrasings = [] }) => rephrasings.length),
    );
    const groups = groupsOfTasks(checkpoint, tasks, { rephrasings: most, chat });
    const task = `${known.length} tasks`;
    const spec = resolveGeometrySpec({ ...base, kind: "geometry", groups, task, chat }, checkpoint);
    jobs.push(job("geometry", `geometry of ${task}`, "geometry", { spec, items: most * known.length }));
  }
  for (const [at, k] of [1, 2, 3].entries()) {
    for (const one of known) {
      const n = Math.min(question.n ?? SAMPLES, PATH_SAMPLES[at], one.items.length);
      const { prompts, warnings } = promptsOf(checkpoint, one, { n, chat });
      const spec = resolveTraceSpec(
        {
          ...base,
          kind: "path-trace",
          task: one.name,
          chat,
          samples: prompts.map((prompt) => traced(checkpoint, prompt)),
          topK: k,
          equation: protocol === "released-code" ? "released-code" : "eq3",
          maxRank: question.maxRank ?? Math.max(1, Math.min(MAX_RANK, Math.round(checkpoint.config.vocab / 100))),
          budget: BUDGET,
        },
        checkpoint,
      );
      const part = `paths-${k}` as ReproducePart;
      jobs.push(
        job(part, `path analysis (k = ${k}), ${one.name}`, `paths-k${k}.${one.name}`, { spec, warnings, items: n }),
      );
    }
  }
  return jobs.filter(({ part }) => !skip.includes(part));
}

/** A prompt to trace from the tokens around T_inst, and from the end of the instruction's first sentence. */
function traced({ tokenizer }: Checkpoint, { source, reference: tokens, answer, label }: TaskPrompt): TraceSample {
  const end = source.length - 1;
  const stop = tokens.findIndex((id, at) => at <= end && /[.!?]\s*$/.test(tokenizer?.tokenText(id) ?? ""));
  const window = Array.from({ length: PATHS_WINDOW[1] - PATHS_WINDOW[0] + 1 }, (_, at) => end + PATHS_WINDOW[0] + at);
  const sources = [...new Set([stop, ...window])].filter((at) => at >= 0 && at < tokens.length).sort((a, b) => a - b);
  return { tokens, answer, sources, instructionEnd: end, label };
}
