/** The figures of the model card from Patchbay's own engine, as `kernel-lib/demo/train/sweep.py` defines them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Task, task } from "../../kernel-lib/src/experiment/task";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { patchSweep } from "../../kernel-lib/src/run/patch-sweep";

export const DEMO = join(__dirname, "../../kernel-lib/demo");
export const STAGES = ["base", "sft", "dpo"] as const;
export type Stage = (typeof STAGES)[number];

export interface Pair {
  layers: number[];
  share: number;
  gain: number;
  interaction: number;
}
export interface Rates {
  asked: number;
  neverAsked: number;
}
export interface MeasuredTask {
  n: number;
  unpatchedRR: number;
  instructionRR: number;
  best: { layers: number[]; rr: number };
  bestSingle: { layers: number[]; rr: number };
  ratio: number;
  superadditive: Pair[];
  strongest: Pair;
  patchedRR: Record<string, number>;
}
export interface Wording {
  exactMatch: Rates;
  tasksAtLeastThreefold: number;
  tasksWithSuperadditivePair: number;
  superadditivePairs: number;
}
export interface Measured {
  clearestTask: string;
  stages: Record<
    Stage,
    {
      parameters: number;
      exactMatch: Record<"noInstruction" | "rephrased", Rates>;
      wordings: { contrastFirst: Wording };
      tasks: Record<string, MeasuredTask>;
    }
  >;
}

export const readJson = <T>(name: string): T => JSON.parse(readFileSync(join(DEMO, name), "utf8")) as T;
export const measured = readJson<Measured>("measured.json");

/** Per-sample reciprocal ranks of one task: unpatched, with the instruction, and patched by tuple ("0+2"). */
export interface Swept {
  task: Task;
  unpatched: number[];
  instruction: number[];
  patched: Map<string, number[]>;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

const swept = new Map<Stage, Promise<Map<string, Swept>>>();

/** Sweeps all tasks of a stage, once for all tests. */
export function sweepStage(stage: Stage): Promise<Map<string, Swept>> {
  const known = swept.get(stage) ?? sweepAll(stage);
  swept.set(stage, known);
  return known;
}

async function sweepAll(stage: Stage): Promise<Map<string, Swept>> {
  const model = await loadModel(`demo/${stage}`);
  const all = new Map<string, Swept>();
  try {
    for (const name of Object.keys(measured.stages[stage].tasks)) {
      const { values } = (await patchSweep(model, { task: name, sizes: [1, 2] })).data;
      const reciprocal = (at: ({ rank: number } | null)[]) => at.map((one) => 1 / (one?.rank ?? Number.NaN));
      const { tuples } = values;
      const column = (t: number) => values.target.map((_, s) => 1 / values.rank[s * tuples.length + t]);
      all.set(name, {
        task: task(name),
        unpatched: reciprocal(values.target),
        instruction: reciprocal(values.reference),
        patched: new Map(tuples.map((layers, t) => [layers.join("+"), column(t)])),
      });
    }
  } finally {
    await model.close();
  }
  return all;
}

/** Share of facts whose first token is the argmax, by whether they were asked in training. */
export function exactMatch(swept: Iterable<Swept>, of: "instruction" | "unpatched"): Rates {
  const hits: Record<keyof Rates, number[]> = { asked: [], neverAsked: [] };
  for (const one of swept) {
    for (const [s, { heldOut }] of one.task.items.entries()) {
      hits[heldOut ? "neverAsked" : "asked"].push(one[of][s] === 1 ? 1 : 0);
    }
  }
  return { asked: mean(hits.asked), neverAsked: mean(hits.neverAsked) };
}

/** Share of samples in which the pair gains more than its layers together, and mean gains. */
export function pairOf({ unpatched, patched }: Swept, layers: readonly number[]): Pair {
  const gains = (key: string) => (patched.get(key) ?? []).map((rr, s) => rr - unpatched[s]);
  const both = gains(layers.join("+"));
  const [first, second] = layers.map((layer) => gains(String(layer)));
  const interaction = both.map((f, s) => f - first[s] - second[s]);
  return {
    layers: [...layers],
    share: mean(interaction.map((x) => (x > 1e-6 ? 1 : 0))),
    gain: mean(both),
    interaction: mean(interaction),
  };
}

export function superadditivePairs(swept: Swept): Pair[] {
  return [...swept.patched.keys()]
    .filter((key) => key.includes("+"))
    .map((key) => pairOf(swept, key.split("+").map(Number)))
    .filter(({ share, gain }) => share > 0.6 && gain > 0.1);
}

export const bestRR = ({ patched }: Swept): number => Math.max(...[...patched.values()].map(mean));
