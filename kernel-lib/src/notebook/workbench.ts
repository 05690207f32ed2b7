/** Answers of the kernel to the workbench panel: what there is to choose from, and what a choice would cost. Checkpoints
 *  are read without their weights; only what must be measured opens a model, one at a time. */
import { readdirSync } from "node:fs";
import { DEMO_NAMES, hubCache } from "../checkpoint/locate";
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { preview } from "../experiment/preview";
import { probe, type Speed, withSeconds } from "../experiment/probe";
import { task as taskNamed, taskNames } from "../experiment/task";
import { memoryOf, openModel } from "../forward/model";
import type { DeviceName, Model } from "../forward/types";
import { experimentOf } from "../run/kinds";
import { resolveQuestion, type SweepQuestion } from "../run/patch-sweep";
import { fitted, planResolved } from "../run/plan";
import { questionOf } from "../run/questions";
import { availableBackends, chooseProvider } from "../session/provider";
import { count, duration } from "../view/format";
import type { About, CostCard, ModelCard, TaskCard } from "../view/protocol";
import { callArguments, type WorkbenchChoice } from "../view/workbench";
import { counted } from "../words";

/** Queries of a task whose tokens are shown. */
const SHOWN = 1;

/** What there is on this machine. */
export function about(version: string): About {
  const tasks = (["demo", "paper"] as const).flatMap((set) =>
    taskNames(set).map((name) => ({ name, queries: taskNamed(name).items.length, set })),
  );
  const devices = ["auto", ...availableBackends().filter((name) => ["cpu", "webgpu", "cuda"].includes(name))];
  return { version, models: [...DEMO_NAMES, ...cachedModels()], tasks, devices };
}

/** Names of what lies in the Hugging Face cache, as `models--owner--name`. */
function cachedModels(): string[] {
  try {
    return readdirSync(hubCache())
      .filter((folder) => folder.startsWith("models--"))
      .map((folder) => folder.slice("models--".length).replace("--", "/"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** @throws CheckpointError, DeviceError */
export async function modelCard(name: string, device: string): Promise<ModelCard> {
  const checkpoint = await checkpointNamed(name);
  const { config, parameters, tensors, tokenizer } = checkpoint;
  const bytes = [...tensors.values()].reduce((sum, { length }) => sum + length, 0);
  const choice = await chooseProvider(device);
  const stage = /(?:^|[/_-])(base|sft|dpo)$/i.exec(name)?.[1].toLowerCase() as ModelCard["stage"] | undefined;
  const { weights } = memoryOf(checkpoint, {});
  return {
    name,
    stage: stage ?? null,
    lines: [
      `${config.modelType}, ${counted(config.nLayers, "layer")}, ${counted(config.nHeads, "head")}, ${counted(parameters, "parameter")}`,
      `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB on disk · ${choice.device}, fp32` +
        `${weights === "streaming" ? ", streamed" : ""}${tokenizer === null ? " · no tokenizer" : ""}`,
    ],
    parameters,
  };
}

/** @throws CheckpointError, SpecError */
export async function taskCard(model: string, name: string): Promise<TaskCard> {
  const shown = preview(await checkpointNamed(model), name, { n: SHOWN });
  const [first] = shown.items;
  return {
    queries: shown.task.items.length,
    instruction: shown.instruction,
    target: first?.target ?? [],
    answer: first?.answer ?? [],
    warnings: shown.warnings,
  };
}

/** What the chosen experiment costs.
 *  @throws SpecError for what could not be run either, CheckpointError, DeviceError */
export async function costCard(choice: WorkbenchChoice, measure: boolean): Promise<CostCard> {
  const checkpoint = await checkpointNamed(choice.model);
  const open = measure ? () => opened(checkpoint, choice.device) : null;
  if (choice.kind === "patch-sweep") return sweepCost(checkpoint, choice, open);
  const { json, warnings: own = [] } = questionOf(choice.kind)(checkpoint, ...callArguments(choice));
  const experiment = experimentOf(json);
  const { text, warnings } = experiment.check(json, checkpoint);
  const said = [...new Set([...own, ...warnings])];
  if (!open) return { rows: [["size", text]], warnings: said, measured: false };
  const plan = await experiment.plan(json, (await open()).model);
  const { rows, notes } = planRows(plan.text);
  return { rows: [["size", text], ...rows], warnings: [...new Set([...said, ...notes])], measured: true };
}

async function sweepCost(
  checkpoint: Checkpoint,
  choice: WorkbenchChoice,
  open: (() => Promise<Opened>) | null,
): Promise<CostCard> {
  const resolved = resolveQuestion(checkpoint, callArguments(choice)[0] as unknown as SweepQuestion);
  const { cost } = planResolved(resolved, checkpoint.config, fitted({}, { memory: memoryOf(checkpoint, {}) }));
  const { seconds } = open ? withSeconds(cost, await speedOf(await open())) : cost;
  return {
    rows: [
      ["size", `${counted(cost.samples, "sample")} x ${counted(cost.tuples, "tuple")}`],
      ["block-runs", `${count(cost.blockRuns)} of ${count(cost.naiveBlockRuns)} naive`],
      ["activations", `${cost.megabytes < 10 ? cost.megabytes.toFixed(1) : count(Math.round(cost.megabytes))} MB`],
      ...(seconds === null ? [] : [["time", roughly(seconds)] as const]),
    ],
    warnings: resolved.warnings,
    measured: open !== null,
  };
}

/** The lines of a plan's text, `  key   value`, after its title; notes apart. */
function planRows(text: string): { rows: (readonly [string, string])[]; notes: string[] } {
  const rows: (readonly [string, string])[] = [];
  const notes: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    const note = /^\s*(?:note:|!)\s*(.+)$/.exec(line);
    const row = /^\s*(.+?)(?::|\s{2,})\s*(.+)$/.exec(line);
    if (note) notes.push(note[1]);
    else rows.push(row ? [row[1], row[2]] : [line.trim(), ""]);
  }
  return { rows, notes };
}

const roughly = (seconds: number): string => (seconds < 1 ? "under a second" : `about ${duration(seconds)}`);

// ---- what is kept between questions: readers try many choices on one model

let read: { name: string; checkpoint: Promise<Checkpoint> } | null = null;

function checkpointNamed(name: string): Promise<Checkpoint> {
  if (read?.name !== name) {
    const entry = { name, checkpoint: openCheckpoint(name) };
    read = entry;
    entry.checkpoint.catch(() => {
      if (read === entry) read = null;
    });
  }
  return read.checkpoint;
}

interface Opened {
  model: Model;
  speed: Speed | null;
}
let open: { key: string; opened: Promise<Opened> } | null = null;

/** The one model that the panel keeps open; another one takes its place. */
async function opened(checkpoint: Checkpoint, device: string): Promise<Opened> {
  const key = `${checkpoint.fingerprint} ${device}`;
  if (open?.key === key) return open.opened;
  const before = open;
  const entry = {
    key,
    opened: openModel(checkpoint, { device: device as DeviceName }).then((model) => ({ model, speed: null })),
  };
  open = entry;
  entry.opened.catch(() => {
    if (open === entry) open = null;
  });
  await before?.opened.then(({ model }) => model.close()).catch(() => undefined);
  return entry.opened;
}

/** Measured once for each model. */
async function speedOf(of: Opened): Promise<Speed> {
  of.speed ??= await probe(of.model.stages, of.model.config, of.model.memory.weights);
  return of.speed;
}
