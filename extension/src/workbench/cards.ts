/** What the kernel has answered, as the workbench panel shows it: model, task, cost, or why there is none. */
import { type CostCard, type ModelCard, type TaskCard, type Theme, tokenLabel } from "patchbay/view";
import { button, type Child, el } from "../dom";
import { icon } from "../icons";
import { stageMark } from "../shell/header";

export function modelNodes({ stage, lines }: ModelCard, theme: Theme): readonly Child[] {
  const mark = stage && stageMark(stage, theme);
  return lines.map((line, at) => el("p", { class: "pb-quiet" }, line, at === 0 && mark ? " · " : "", at === 0 && mark));
}

export function taskNodes({ instruction, warnings }: TaskCard): readonly Child[] {
  const tokens = instruction.map((text) => el("bdi", { class: "pbw-token" }, tokenLabel(text)));
  const notes =
    warnings.length === 0
      ? [el("p", { class: "pbw-note pbw-ok" }, icon("check"), "every answer is one token")]
      : warnings.map((words) => el("p", { class: "pbw-note pbw-warn" }, icon("warning"), words));
  return [
    el("p", { class: "pbw-tokens", "aria-label": `Instruction: ${instruction.join("")}`, role: "img" }, ...tokens),
    ...notes,
  ];
}

/** As numbers stand everywhere: thousands apart by a narrow no-break space, and a true multiplication sign. */
const written = (value: string): string => value.replace(/(\d),(?=\d{3})/g, "$1\u202f").replaceAll(" x ", " × ");

/** @param measure offered while the cost is only counted */
export function costNodes({ rows, warnings, measured }: CostCard, measure: () => void): readonly Child[] {
  const listed = rows.flatMap(([label, value]) => {
    // What one waits for is what one looks for.
    const look = { class: label === "time" ? "pbw-strong" : null };
    return [el("dt", look, label), el("dd", look, written(value))];
  });
  return [
    el("dl", { class: "pbw-costs" }, ...listed),
    ...warnings.map((words) => el("p", { class: "pbw-note pbw-warn" }, icon("warning"), words)),
    measured ? null : button({ label: "Measure", look: "outlined" }, measure),
  ];
}

export const complaint = (error: unknown): HTMLElement =>
  el("p", { class: "pbw-note pbw-error" }, error instanceof Error ? error.message : String(error));

export const nodes = (children: readonly Child[]): (Node | string)[] =>
  children.filter((child) => Boolean(child)) as Node[];
