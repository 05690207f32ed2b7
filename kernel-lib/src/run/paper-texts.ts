/** Tables 1, 4 and 19 of arXiv:2602.07930: the tasks with their instructions, what each experiment took, and what a
 *  judge is asked. */
import { judgePrompt } from "../experiment/judge";
import { type Task, task as taskOf } from "../experiment/task";
import type { Result } from "../result/base";
import { codeOfPaper } from "../result/paper-code";
import { taskFamily, taskLabel, taskName, tasksInOrder } from "../result/paper-names";
import { madeOf, modelOf, type PaperTable, panelOf } from "../result/paper-table";
import { TraceResult } from "../result/trace";

interface Named {
  name: string;
  number: string;
  title: string;
}

/** Table 1: the tasks of the results, their instructions as the models read them, and their last token.
 *  @throws ResultError without results of tasks */
export function tasksTable(results: readonly Result[], { name, number, title }: Named): PaperTable {
  // A geometry is of several tasks, and its "task" is the title of all.
  const own = results.filter(({ spec }) => spec.task !== undefined && spec.kind !== "geometry");
  const panel = panelOf(own, `paperTable("${name}")`, {}, "results of tasks");
  const rows = panel.tasks.map((task) => {
    const known = bundled(task);
    const read = panel.all.filter((result) => taskName(result) === task).map(instructionOf);
    const found = read.find((words) => words !== null) ?? null;
    const items = panel.all.filter((result) => taskName(result) === task).map(({ spec }) => samplesOf(spec));
    return [
      taskFamily(task) || (known?.family ?? null),
      task,
      found?.text ?? known?.instruction ?? null,
      found?.last ?? null,
      Math.max(0, ...items),
    ];
  });
  return {
    name,
    number,
    title,
    columns: ["Task", "Subtask", "Instruction", "last token", "n"],
    rows,
    groups: [{ title: "", columns: ["Task", "Subtask", "Instruction", "last token", "n"] }],
    caption: `${number}. ${title}. Instructions as the first model read them; n is the most samples that an experiment used. ${madeOf(panel.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: null,
  };
}

/** Table 4: mean seconds per task of each experiment.
 *  @throws ResultError without results */
export function runtimesTable(results: readonly Result[], { name, number, title }: Named): PaperTable {
  const panel = panelOf(results, `paperTable("${name}")`, {}, "results");
  const experiments = [...new Set(panel.all.map(experimentName))].sort();
  const labels = panel.models.map(({ label }) => label);
  const rows = experiments.map((experiment) => {
    const own = panel.all.filter((result) => experimentName(result) === experiment);
    const seconds = panel.models.map(({ fingerprint }) => {
      const times = own
        .filter(({ making }) => making.model.fingerprint === fingerprint)
        .map(({ making }) => making.seconds);
      return times.length === 0 ? null : `${(times.reduce((sum, time) => sum + time, 0) / times.length).toFixed(1)} s`;
    });
    return [experiment, Math.max(0, ...own.map(({ spec }) => samplesOf(spec))), ...seconds];
  });
  const columns = ["Experiment (1 Task)", "Num. Samples", ...labels];
  const on = [...new Set(panel.all.map(({ making }) => `${making.platform}, node ${making.node}`))].join("; ");
  return {
    name,
    number,
    title,
    columns,
    rows,
    groups: [{ title: "", columns }],
    caption: `${number}. ${title}. Mean wall-clock time of one task of each experiment; samples are the most that one used. ${on}. ${madeOf(panel.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: {
      name: `${name}_honest`,
      columns: ["experiment", "model", "task", "n", "seconds", "started", "platform", "node", "device", "precision"],
      rows: panel.all.map((result) => {
        const { seconds, started, platform, node, provider } = result.making;
        const model = modelOf(result.making).name;
        const n = samplesOf(result.spec);
        return [
          experimentName(result),
          model,
          taskName(result),
          n,
          seconds,
          started,
          platform,
          node,
          provider.device,
          provider.precision,
        ];
      }),
    },
  };
}

/** Table 19: the question that decides whether an answer is one that the instruction asks for, right or wrong, and the
 *  declared scope that decides it without a judge.
 *  @throws ResultError without results of tasks that declare one */
export function judgeTable(results: readonly Result[], { name, number, title }: Named): PaperTable {
  const tasks = tasksInOrder(results.map(taskName)).flatMap((task) => bundled(task) ?? []);
  const judged = tasks.filter(({ judge, scope }) => judge !== undefined || scope !== undefined);
  const panel = panelOf(
    results.filter((result) => judged.some((task) => task.name === taskName(result))),
    `paperTable("${name}")`,
    {},
    "results of bundled tasks, which declare what counts as an answer",
  );
  return {
    name,
    number,
    title,
    columns: ["Task", "Prompt", "Declared scope"],
    rows: judged.map(({ name: task, judge, scope = [] }) => [
      taskLabel(task),
      judge === undefined ? null : judgePrompt({ instruction: "{}", criterion: judge }, "{}"),
      scopeText(scope),
    ]),
    groups: [{ title: "", columns: ["Task", "Prompt", "Declared scope"] }],
    caption: `${number}. ${title}: whether an answer is of the kind that the instruction asks for, whatever its truth. ${madeOf(panel.all)}`,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: null,
  };
}

/** Answers that a cell names before it counts them. */
const SCOPE_SHOWN = 6;

function scopeText(scope: readonly string[]): string | null {
  if (scope.length === 0) return null;
  const words = scope.slice(0, SCOPE_SHOWN).map((word) => word.trim());
  return scope.length <= SCOPE_SHOWN ? words.join(", ") : `${words.join(", ")}, … (${scope.length} answers)`;
}

/** A bundled task; null for one that is a researcher's own. */
function bundled(name: string): Task | null {
  try {
    return taskOf(name);
  } catch {
    return null;
  }
}

/** Samples, or prompts of a geometry. */
function samplesOf(spec: Result["spec"]): number {
  const { samples, groups = [] } = spec as { samples?: readonly unknown[]; groups?: { prompts: readonly unknown[] }[] };
  return samples?.length ?? groups.reduce((n, { prompts }) => n + prompts.length, 0);
}

/** "path analysis (k = 2)", "activation patching (1, 2 layers)". */
function experimentName({ spec }: Result): string {
  const { tuples, topK } = spec as { tuples?: { sizes?: readonly number[] }; topK?: number };
  if (spec.kind === "patch-sweep") return `Activation patching (${tuples?.sizes?.join(", ") ?? "listed"} layers)`;
  if (spec.kind === "path-trace") return `Path analysis (k = ${topK})`;
  return { geometry: "Geometry of rephrasings", accuracy: "Accuracy" }[spec.kind] ?? spec.kind;
}

/** An instruction as text from the tokens of the first sample. */
function instructionOf(result: Result): { text: string; last: string } | null {
  const { samples, tokenText } = result.data as { samples?: unknown; tokenText?: Record<number, string> };
  if (tokenText === undefined || samples === undefined) return null;
  const [first] = result instanceof TraceResult ? result.spec.samples : [];
  if (first?.instructionEnd === undefined) return null;
  const words = first.tokens.slice(0, first.instructionEnd + 1).map((id) => tokenText[id] ?? "");
  return {
    text: words
      .join("")
      .replace(/^<[^>]*>/, "")
      .trim(),
    last: words.at(-1) ?? "",
  };
}
