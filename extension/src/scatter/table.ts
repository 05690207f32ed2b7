/** The scatter as tables and as CSV: accuracy layer by layer, and a row for each prompt of the chosen frame. */
import {
  axesOf,
  classesOf,
  coordinatesOf,
  count,
  frameName,
  frameOf,
  nearestMeans,
  plain,
  probeOf,
  promptText,
  type ScatterOptions,
  type ScatterView,
} from "patchbay/view";
import { el, isolated } from "../dom";
import { csvOf } from "../shell/exports";

/** Rows drawn at once: a browser lays out some thousands of cells in a blink, not a hundred thousand. */
const MOST_ROWS = 1_000;
const LETTERS = 120;
/** Columns of words; all others are numbers. */
const TEXTS: ReadonlySet<string> = new Set(["prompt", "nearest mean"]);

/** What stands in for the picture. */
export function tableNode(view: ScatterView, options: ScatterOptions): HTMLElement {
  return el(
    "div",
    { class: "pb-table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    ...(view.probes.length > 0 ? [accuracies(view, options)] : []),
    prompts(view, options),
  );
}

function accuracies(view: ScatterView, { site }: ScatterOptions): HTMLElement {
  const rows = view.layers.map((layer) => {
    const probe = probeOf(view, { site, layer });
    const value = (n: number | undefined) => el("td", {}, plain(n, 2));
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, String(layer)),
      value(probe?.accuracy),
      el("td", {}, probe ? `[${plain(probe.low, 2)}, ${plain(probe.high, 2)}]` : "–"),
      value(probe?.control),
      value(probe?.chance),
    );
  });
  return table(
    `${view.title}: accuracy of a linear probe of ${site}, n = ${count(view.prompts.length)}`,
    ["layer", "accuracy", "95 % CI", "shuffled labels", "chance"],
    rows,
  );
}

function prompts(view: ScatterView, options: ScatterOptions): HTMLElement {
  const frame = frameOf(view, options);
  const classOf = classesOf(view);
  const shown = view.prompts.map((_, i) => i).filter((i) => !options.hidden.includes(classOf[i] as number));
  const rows = shown.slice(0, MOST_ROWS).map((i) => {
    const nearest = frame ? nearestMeans(view, frame, i)[0] : undefined;
    const value = (axis: number) =>
      frame && axis < axesOf(frame) ? coordinatesOf(frame)[i * axesOf(frame) + axis] : null;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, isolated(view.classes[classOf[i] as number]?.label ?? "")),
      el("td", { class: "pb-table-text pb-table-prompt" }, isolated(promptText(view.prompts[i] ?? "", LETTERS))),
      ...options.axes.map((axis) => el("td", {}, plain(value(axis), 2))),
      el("td", { class: "pb-table-text" }, nearest ? isolated(view.classes[nearest.class]?.label ?? "") : "–"),
    );
  });
  const cut = shown.length > rows.length ? `, the first ${count(rows.length)} shown; CSV has all` : "";
  return table(
    `${view.title}: ${frameName(options)}, ${count(shown.length)} prompts${cut}`,
    ["class", "prompt", ...options.axes.map((axis) => `axis ${axis + 1}`), "nearest mean"],
    rows,
  );
}

const table = (caption: string, columns: readonly string[], rows: readonly HTMLElement[]): HTMLElement =>
  el(
    "table",
    { class: "pb-table" },
    el("caption", {}, caption),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...columns.map((name) => el("th", { scope: "col", class: TEXTS.has(name) && "pb-table-text" }, name)),
      ),
    ),
    el("tbody", {}, ...rows),
  );

/** All prompts with all axes of the chosen frame; what is selected is said. */
export function toCsv(view: ScatterView, options: ScatterOptions, selected: ReadonlySet<number>): string {
  const frame = frameOf(view, options);
  const classOf = classesOf(view);
  const width = frame ? axesOf(frame) : 0;
  const axes = Array.from({ length: width }, (_, axis) => axis);
  const head = ["site", "layer", "method", "label", "text", ...axes.map((axis) => `axis_${axis + 1}`), "selected"];
  const rows = view.prompts.map((prompt, i) => [
    options.site,
    options.layer,
    options.method,
    view.classes[classOf[i] as number]?.label ?? "",
    prompt,
    ...axes.map((axis) => {
      const value = frame ? coordinatesOf(frame)[i * width + axis] : undefined;
      return value === undefined || Number.isNaN(value) ? null : value;
    }),
    selected.has(i) ? 1 : 0,
  ]);
  return csvOf([head, ...rows]);
}
