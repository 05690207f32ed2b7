/** Tables 2, 3 and 20 to 24 of arXiv:2602.07930: Spearman's correlation of the heads' activity between two k, layer by
 *  layer; Jaccard overlap of active heads by groups of layers, between two k and between the two Adjectives tasks.
 *  Printed as there; beside each number its interval, count and p. */
import { ResultError } from "../errors";
import type { Result } from "./base";
import { type HeadsAcross, headsAcross, type LayerGroup } from "./heads-across";
import type { HeadPlace } from "./heads-activity";
import { placeName } from "./heads-activity";
import { codeOfPaper } from "./paper-code";
import { taskFamily, taskLabel, taskName } from "./paper-names";
import { BASE_FIRST, madeOf, type Panel, type PaperTable, panelOf } from "./paper-table";
import { TraceResult } from "./trace";
import type { Table } from "./types";

export interface HeadTableOptions {
  /** For the intervals of the table beside. Default 10,000. */
  resamples?: number;
}

interface Named {
  name: string;
  number: string;
  title: string;
}

/** Tables 2: rows are models within tasks, columns the layers.
 *  @throws ResultError without traces of one task at both k */
export function spearmanTable(
  results: readonly Result[],
  { name, number, title, k }: Named & { k: readonly [number, number] },
  { resamples }: HeadTableOptions,
): PaperTable {
  const panel = tracesOf(results, name, k);
  const across = acrossOf(panel, { apart: true, resamples });
  const depth = Math.max(...panel.models.map(({ nLayers }) => nLayers));
  const layers = Array.from({ length: depth }, (_, layer) => String(layer));
  const rows = panel.tasks.flatMap((task) =>
    panel.models.flatMap((model) => {
      const own = across
        .flatMap(({ correlations }) => correlations)
        .filter((row) => row.model === model.name && row.task === task);
      if (own.length === 0) return [];
      return [[taskLabel(task), model.label, ...layers.map((_, layer) => fixed(own[layer]?.rho ?? null, 2))]];
    }),
  );
  return {
    name,
    number,
    title,
    columns: ["task", "model", ...layers],
    rows,
    groups: [
      { title: "", columns: ["task", "Model"] },
      { title: `Spearman's ρ per layer (k = ${k[0]} vs k = ${k[1]})`, columns: layers },
    ],
    sections: true,
    caption: `${number}. ${title}. Spearman's ρ over the heads of a layer, of their activity on kept paths from T_inst, between k = ${k[0]} and k = ${k[1]} attended tokens; a dash where all heads of a layer are equally active. Its intervals (95 % percentile bootstrap over samples) and p (by Student's t as in SciPy, and exact for up to 8 heads) stand in the table beside it. ${madeOf(panel.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: joined(
      `${name}_honest`,
      across.map((one) => one.table("spearman")),
    ),
  };
}

/** Tables 3, 20, 21: rows are models, columns groups of layers within tasks.
 *  @throws ResultError as spearmanTable */
export function overlapByK(
  results: readonly Result[],
  { name, number, title, k }: Named & { k: readonly [number, number] },
  { resamples }: HeadTableOptions,
): PaperTable {
  const panel = tracesOf(results, name, k);
  const across = acrossOf(panel, { apart: true, resamples });
  const overlaps = across.flatMap((one) => one.overlaps).filter(({ compared }) => compared === "k");
  const groups = groupNames(overlaps, "L");
  const rows = panel.models.map((model) => [
    model.label,
    ...panel.tasks.flatMap((task) => {
      const own = overlaps.filter((row) => row.model === model.name && row.tasks[0] === task);
      return groups.map((_, at) => fixed(own[at]?.jaccard ?? null, 2));
    }),
  ]);
  return {
    name,
    number,
    title,
    columns: ["model", ...panel.tasks.flatMap((task) => groups.map((group) => `${taskLabel(task)}: ${group}`))],
    rows,
    groups: [
      { title: "", columns: ["Model"] },
      ...panel.tasks.map((task) => ({ title: taskLabel(task), columns: groups })),
    ],
    caption: `${number}. ${title}. Jaccard overlap of the heads that are active (in more than a tenth of the kept paths from T_inst, on average) at k = ${k[0]} and at k = ${k[1]}, by groups of layers; a dash where no head is active. Intervals (95 % percentile bootstrap over samples) and counts stand in the table beside it. ${madeOf(panel.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: joined(
      `${name}_honest`,
      across.map((one) => only(one.table("jaccard"), "compared", "k")),
    ),
  };
}

/** Places that tables 22 to 24 compare. */
const PLACES: readonly HeadPlace[] = [{ offset: -1 }, "instruction-end", { offset: 1 }];

/** Tables 22 to 24: rows are models within places, columns groups of layers.
 *  @throws ResultError without traces of both Adjectives tasks from T_inst and its neighbours */
export function overlapByTask(
  results: readonly Result[],
  { name, number, title, k }: Named & { k: number },
  { resamples }: HeadTableOptions,
): PaperTable {
  const panel = tracesOf(results, name, [k]);
  const pair = contrastOf(panel, name);
  const two = panelOf(
    panel.all.filter((result) => pair.includes(taskName(result))),
    `paperTable("${name}")`,
    { order: BASE_FIRST },
    "path traces",
  );
  const byPlace = PLACES.map((at) => ({ at: placeName(at), across: acrossOf(two, { apart: false, resamples, at }) }));
  const all = byPlace.flatMap(({ across }) => across.flatMap((one) => one.overlaps));
  const groups = groupNames(all, "Layers ");
  const rows = byPlace.flatMap(({ at, across }) =>
    two.models.flatMap((model) => {
      const own = across.flatMap((one) => one.overlaps).filter((row) => row.model === model.name);
      if (own.length === 0) return [];
      return [[at, model.label, ...groups.map((_, group) => fixed(own[group]?.jaccard ?? null, 3))]];
    }),
  );
  const words = pair.map(taskLabel).join(" and ");
  return {
    name,
    number,
    title,
    columns: ["place", "model", ...groups],
    rows,
    groups: [{ title: "", columns: ["place", "Model", ...groups] }],
    sections: true,
    caption: `${number}. ${title}. Jaccard overlap of active heads (threshold 0.1) between ${words} at k = ${k}, for paths from T_inst and the tokens before and behind it. Intervals and counts stand in the table beside it. ${madeOf(two.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, two.all),
    beside: joined(
      `${name}_honest`,
      byPlace.flatMap(({ across }) => across.map((one) => one.table("jaccard"))),
    ),
  };
}

/** The two tasks that are told apart: the first family that has two, else the first two.
 *  @throws ResultError with fewer than two tasks */
export function contrastOf(panel: Panel<Result>, name: string): [string, string] {
  const pair = panel.tasks
    .map((task) => panel.tasks.filter((other) => taskFamily(task) !== "" && taskFamily(other) === taskFamily(task)))
    .find((family) => family.length >= 2);
  const [first, second] = pair ?? panel.tasks;
  if (second !== undefined) return [first, second];
  throw new ResultError({
    thing: name,
    value: panel.tasks,
    rule: "needs two tasks to compare",
    wayOut: "Trace a second task, such as the contrast of the first",
  });
}

/** Traces at these k, of tasks that have all of them; of several alike the first. */
function tracesOf(results: readonly Result[], name: string, k: readonly number[]): Panel<TraceResult> {
  const keyOf = ({ spec, making }: TraceResult, topK: number) =>
    `${making.model.fingerprint} ${topK} ${taskName({ spec })}`;
  const first = new Map<string, TraceResult>();
  for (const result of results) {
    if (!(result instanceof TraceResult)) continue;
    const key = keyOf(result, result.spec.topK);
    if (!first.has(key)) first.set(key, result);
  }
  const whole = [...first.values()].filter(
    (result) => k.includes(result.spec.topK) && k.every((each) => first.has(keyOf(result, each))),
  );
  return panelOf(whole, `paperTable("${name}")`, { order: BASE_FIRST }, `path traces at k = ${k.join(" and ")}`);
}

/** Comparisons within each model, and within each task where tasks are not what is compared. */
function acrossOf(
  panel: Panel<TraceResult>,
  { apart, ...options }: { apart: boolean; resamples?: number; at?: HeadPlace },
): HeadsAcross[] {
  return panel.models.flatMap((model) => {
    const sets = apart
      ? panel.tasks.map((task) => panel.of(model, task))
      : [panel.tasks.flatMap((task) => panel.of(model, task))];
    return sets.flatMap((own) => (own.length < 2 ? [] : [headsAcross(own, { seed: own[0].making.seed, ...options })]));
  });
}

/** "L0–1", by the deepest model's groups where depths differ. */
function groupNames(overlaps: readonly { model: string; layers: LayerGroup }[], word: string): string[] {
  const [first] = [...overlaps].sort((a, b) => b.layers[1] - a.layers[1]);
  const names = overlaps
    .filter(({ model }) => model === first?.model)
    .map(({ layers: [a, b] }) => `${word}${a === b ? a : `${a}–${b}`}`);
  return [...new Set(names)];
}

/** Rows of one value of a column. */
function only(table: Table, column: string, value: string): Table {
  const at = table.columns.indexOf(column);
  return { ...table, rows: table.rows.filter((row) => row[at] === value) };
}

const joined = (name: string, tables: readonly Table[]): Table => ({
  name,
  columns: tables[0]?.columns ?? [],
  rows: tables.flatMap(({ rows }) => rows),
});

const fixed = (value: number | null, digits: number): string | null => (value === null ? null : value.toFixed(digits));
