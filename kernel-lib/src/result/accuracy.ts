/** The result of an accuracy experiment and its tables (arXiv:2602.07930, section 3, figure 20). Rates carry Wilson
 *  intervals; what is not known (no scope, no judge) is null, never 0. */
import { ResultError } from "../errors";
import { isExact, isInScope } from "../experiment/accuracy-match";
import type { AccuracyAnswer, AccuracySpec } from "../experiment/accuracy-types";
import { wilson } from "../stats/rates";
import { counted } from "../words";
import { Result } from "./base";
import type { Making, Table } from "./types";

/** What experiment/ hands over and files hold. */
export interface AccuracyData {
  schema: "patchbay.result/1";
  kind: "accuracy";
  /** `stopped`: cancelled; holds the answers that were finished. */
  state: "done" | "stopped" | "partial";
  spec: AccuracySpec;
  /** Finished answers, in the order of the spec's samples. */
  answers: readonly AccuracyAnswer[];
  /** Texts of the prompts' tokens, by id. */
  tokenText: Record<number, string>;
  making: Making;
}

/** Tables of an accuracy result. */
export type AccuracyTable = "answers" | "accuracy" | "summary" | "classes";
export const ACCURACY_TABLES: readonly AccuracyTable[] = ["answers", "accuracy", "summary", "classes"];

/** `exact_match`: the output is the answer. `in_scope`: it is one of the task's declared answers. `judged`: a judge
 *  finds it appropriate. */
export type AccuracyMeasure = "exact_match" | "in_scope" | "judged";
export const ACCURACY_MEASURES: readonly AccuracyMeasure[] = ["exact_match", "in_scope", "judged"];

/** k of n, with Wilson's 95 % interval; `rate` and `ci` are null for n = 0. */
export interface Rate {
  k: number;
  n: number;
  rate: number | null;
  ci: readonly [low: number, high: number] | null;
}

/** A model's answers to a task: exact match, scope, judge, with Wilson intervals. */
export class AccuracyResult extends Result<AccuracyData, AccuracyTable> {
  readonly tableNames = ACCURACY_TABLES;
  readonly mainTable = "accuracy";

  get finished(): number {
    return this.data.answers.length;
  }
  describe(): string {
    return `${this.finished} of ${counted(this.spec.samples.length, "sample")}`;
  }

  /** Whether each finished sample passes; null where it is not known.
   *  @throws ResultError for another measure
   *  @example result.passes("exact_match").filter(Boolean).length */
  passes(measure: AccuracyMeasure): (boolean | null)[] {
    if (!ACCURACY_MEASURES.includes(measure))
      throw new ResultError({
        thing: "measure",
        value: measure,
        rule: `must be one of ${ACCURACY_MEASURES.join(", ")}`,
      });
    const { spec, answers } = this.data;
    return answers.map(({ text, verdict }, i) => {
      if (measure === "judged") return verdict;
      const sample = spec.samples[i];
      return measure === "exact_match" ? isExact(text, sample.answer, spec.match) : isInScope(text, sample, spec);
    });
  }

  /** How many pass, of those of which it is known.
   *  @example result.rate("exact_match") // { k: 37, n: 41, rate: 0.90, ci: [0.77, 0.96] } */
  rate(measure: AccuracyMeasure): Rate {
    return rateOf(this.passes(measure));
  }

  /** What instructional accuracy is here: the judge's where there is one, else by declared scope. */
  get instructional(): "in_scope" | "judged" {
    return this.spec.judge === undefined ? "in_scope" : "judged";
  }

  override toString(): string {
    const say = (measure: AccuracyMeasure) => {
      const { k, n, rate, ci } = this.rate(measure);
      const range = ci === null ? "" : `, 95 % Wilson interval ${ci.map(percent).join(" to ")}`;
      return rate === null ? "not known" : `${k} of ${n} (${percent(rate)}${range})`;
    };
    return [
      this.headline(),
      `  exact match    ${say("exact_match")}`,
      `  instructional  ${say(this.instructional)}, ${this.instructional === "judged" ? "by a judge" : "by answer scope"}`,
      ...this.making.warnings.map((warning) => `  ! ${warning}`),
    ].join("\n");
  }

  /** `answers`: what was said to each sample. `accuracy`: one row for the task. `summary`: one for each measure.
   *  `classes`: one for each expected answer. */
  protected build(name: AccuracyTable): Table {
    if (name === "answers") return answers(this);
    if (name === "accuracy") return accuracy(this);
    return name === "summary" ? summary(this) : classes(this);
  }
}

export function rateOf(passes: readonly (boolean | null)[]): Rate {
  const known = passes.filter((pass) => pass !== null);
  const [k, n] = [known.filter(Boolean).length, known.length];
  return { k, n, rate: n === 0 ? null : k / n, ci: wilson(k, n) };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function answers(result: AccuracyResult): Table {
  const { spec, answers: given, tokenText } = result.data;
  const [exact, scope, judged] = ACCURACY_MEASURES.map((measure) => result.passes(measure));
  const rows = given.map(({ text, stopped, reply }, i) => {
    const { prompt, answer, label } = spec.samples[i];
    const words = prompt.map((id) => tokenText[id] ?? `#${id}`).join("");
    return [i, label ?? null, words, answer, text, exact[i], scope[i], judged[i], reply, stopped];
  });
  return {
    name: "answers",
    columns: ["sample", "label", "prompt", "answer", "output", "exact_match", "in_scope", "judged", "reply", "stopped"],
    rows,
  };
}

/** "adjectives.antonym" as a task and its part; a task without parts has none. */
export function taskParts(name: string | undefined): [task: string | null, subtask: string | null] {
  if (name === undefined) return [null, null];
  const at = name.indexOf(".");
  return at < 0 ? [name, null] : [name.slice(0, at), name.slice(at + 1)];
}

function accuracy(result: AccuracyResult): Table {
  const [exact, instructional] = [result.rate("exact_match"), result.rate(result.instructional)];
  const columns = (name: string) => [name, `${name}_low`, `${name}_high`];
  const cells = ({ rate, ci }: Rate) => [rate, ci?.[0] ?? null, ci?.[1] ?? null];
  return {
    name: "accuracy",
    columns: ["model", "task", "subtask", "n", ...columns("exact"), ...columns("instructional"), "instructional_by"],
    rows: [
      [
        ...[result.making.model.name, ...taskParts(result.spec.task), result.finished],
        ...[...cells(exact), ...cells(instructional), result.instructional],
      ],
    ],
  };
}

function summary(result: AccuracyResult): Table {
  const rows = ACCURACY_MEASURES.map((measure) => {
    const { k, n, rate, ci } = result.rate(measure);
    return [measure, k, n, rate, ci?.[0] ?? null, ci?.[1] ?? null];
  });
  return { name: "summary", columns: ["measure", "k", "n", "rate", "ci_low", "ci_high"], rows };
}

/** Expected answers in the order of the samples, with what the model says instead most often. */
function classes(result: AccuracyResult): Table {
  const { spec, answers: given } = result.data;
  const [exact, instructional] = [result.passes("exact_match"), result.passes(result.instructional)];
  const of = new Map<string, number[]>();
  given.forEach((_, i) => {
    const { answer } = spec.samples[i];
    of.set(answer, [...(of.get(answer) ?? []), i]);
  });
  const rows = [...of].map(([answer, members]) => {
    const counts = new Map<string, number>();
    for (const i of members) counts.set(given[i].text.trim(), (counts.get(given[i].text.trim()) ?? 0) + 1);
    const [output, times] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    const [hit, apt] = [exact, instructional].map((passes) => rateOf(members.map((i) => passes[i])));
    return [answer, members.length, hit.k, apt.n === 0 ? null : apt.k, output, times];
  });
  return { name: "classes", columns: ["answer", "n", "exact", "instructional", "common_output", "common_n"], rows };
}
