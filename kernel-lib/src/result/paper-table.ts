/** A table of the paper, made from results of one's own: laid out and rounded as it is printed there, with the honest
 *  statistics of the same numbers beside it. */
import { ResultError } from "../errors";
import { counted } from "../words";
import type { Result } from "./base";
import { modelLabel, type Stage, stageOf, type TaskGroup, taskGroup, taskName, tasksInOrder } from "./paper-names";
import type { Making, Table } from "./types";

/** A table as the paper prints it, with honest statistics beside it. */
export interface PaperTable extends Table {
  /** `table5`. */
  name: string;
  /** "Table 5". */
  number: string;
  title: string;
  /** A draft: what it shows, n, test, models with hash, protocol, precision. */
  caption: string;
  /** TypeScript that makes it again. */
  code: string;
  groups: NonNullable<Table["groups"]>;
  /** The same question by Patchbay's defaults, in long form and full precision; null where the print says it all. */
  beside: Table | null;
}

/** One model of several results. */
export interface ModelOf {
  fingerprint: string;
  name: string;
  label: string;
  stage: Stage | null;
  nLayers: number;
}

/** Results by model and task. */
export interface Panel<R extends Result> {
  models: readonly ModelOf[];
  tasks: readonly string[];
  all: readonly R[];
  /** Results of one model and task, in the order in which they were given. */
  of(model: ModelOf, task: string): R[];
}

/** What an entry of the catalogue shows of the results that it is given. */
export interface Which {
  tasks?: TaskGroup;
  /** The paper has two sizes of model: the shallowest here, and all deeper ones. Results of one depth are both. */
  size?: "small" | "large";
  /** Order of the stages, as that part of the paper has it. */
  order?: readonly (Stage | null)[];
}

/** Base first, as figures and tables of heads have it. */
export const BASE_FIRST: readonly (Stage | null)[] = ["base", null, "sft", "dpo"];
/** SFT first, as the tables of appendix B have it. */
export const SFT_FIRST: readonly (Stage | null)[] = ["sft", "dpo", null, "base"];

/** Sorts results into models and tasks.
 *  @throws ResultError when none is left */
export function panelOf<R extends Result>(results: readonly R[], thing: string, which: Which, need: string): Panel<R> {
  const depths = results.map(({ making }) => making.model.nLayers);
  const [least, most] = [Math.min(...depths), Math.max(...depths)];
  const isOf = (size: "small" | "large", depth: number) => (size === "small" || least === most) === (depth === least);
  const all = results.filter(
    (result) =>
      (which.tasks === undefined || taskGroup(taskName(result)) === which.tasks) &&
      (which.size === undefined || isOf(which.size, result.making.model.nLayers)),
  );
  if (all.length === 0)
    throw new ResultError({ thing, rule: `needs ${need}`, wayOut: "Give the results of such runs" });
  const order = which.order ?? BASE_FIRST;
  const models = new Map<string, ModelOf>();
  for (const { making } of all) models.set(making.model.fingerprint, modelOf(making));
  const alike = (one: ModelOf) => [...models.values()].some((other) => other !== one && other.label === one.label);
  const named = [...models.values()].map((one) => (alike(one) ? { ...one, label: one.name } : one));
  return {
    models: named.sort((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage)),
    tasks: tasksInOrder(all.map(taskName)),
    all,
    of: ({ fingerprint }, task) =>
      all.filter((result) => result.making.model.fingerprint === fingerprint && taskName(result) === task),
  };
}

/** The first result of each model and task.
 *  @example onePerTask([pairs, triples]) // [pairs] */
export function onePerTask<R extends Result>(results: readonly R[]): R[] {
  const seen = new Set<string>();
  return results.filter((result) => {
    const key = `${result.making.model.fingerprint} ${taskName(result)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

export function modelOf({ model }: Making): ModelOf {
  const { fingerprint, name, nLayers } = model;
  return { fingerprint, name, nLayers, label: modelLabel(model), stage: stageOf(name) };
}

/** Characters of a model's hash that a caption shows. */
const HASH_LENGTH = 12;

/** "n = 20 to 41 samples"; empty where results have none. */
export function countOf(results: readonly Result[]): string {
  const counts = results.flatMap(({ spec }) => (spec as { samples?: readonly unknown[] }).samples?.length ?? []);
  if (counts.length === 0) return "";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `n = ${least === most ? counted(most, "sample") : `${least} to ${counted(most, "sample")}`}`;
}

/** "n = 20 to 41 samples; demo/sft (sha256 0123456789ab…), demo/dpo (sha256 …); protocol paper; fp32 on cpu." */
export function madeOf(results: readonly Result[]): string {
  const unique = (values: readonly string[]) => [...new Set(values)].join(", ");
  const samples = countOf(results);
  const n = samples === "" ? "" : `${samples}; `;
  const models = unique(
    results.map(({ making: { model } }) => {
      const hash = model.fingerprint.replace(/^sha256:/, "").slice(0, HASH_LENGTH);
      return `${model.name} (sha256 ${hash}…)`;
    }),
  );
  const protocols = unique(
    results.flatMap(({ spec }) => {
      const { protocol, equation } = spec as { protocol?: string; equation?: string };
      return protocol !== undefined ? `protocol ${protocol}` : equation !== undefined ? `equation ${equation}` : [];
    }),
  );
  const on = unique(results.map(({ making: { provider } }) => `${provider.precision} on ${provider.device}`));
  return `${n}${models};${protocols === "" ? "" : ` ${protocols};`} ${on}.`;
}
