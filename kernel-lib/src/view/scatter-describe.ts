/** What a scatter says: of a point, of a selection, of the whole; in the read-out's two lines and for screen readers. */
import type { Readout, Segment } from "./describe";
import { count, plain, spokenNumber } from "./format";
import { axesOf, classesOf, coordinatesOf, frameOf, nearestMeans, probeOf } from "./scatter-frame";
import type { FrameKey, ScatterOptions, ScatterView } from "./scatter-types";
import { promptText } from "./scatter-words";
import type { ViewState } from "./types";

export interface ScatterWords extends Readout {
  /** One sentence, with its full stop. */
  spoken: string;
}

const METHODS = { lda: "LDA", pca: "PCA" } as const;
/** Letters of a prompt in the read-out. */
const LETTERS = 110;

/** "LDA of resid_post at layer 2" */
export const frameName = ({ method, site, layer }: FrameKey): string =>
  `${METHODS[method]} of ${site} at layer ${layer}`;

/** "8 classes × 20 prompts", "3 classes, 12 to 40 prompts" */
export function sizesOf(view: ScatterView): string {
  const sizes = classSizes(view);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const classes = many(sizes.length, "class", "classes");
  return least === most
    ? `${classes} × ${many(least, "prompt")}`
    : `${classes}, ${count(least)} to ${count(most)} prompts`;
}

/** Prompts of each class. */
export function classSizes(view: ScatterView): number[] {
  const sizes = new Array<number>(view.classes.length).fill(0);
  const classOf = classesOf(view);
  for (let i = 0; i < classOf.length; i++) sizes[classOf[i]]++;
  return sizes;
}

/** The number of a point within its class, from 0. */
export function withinClass(view: ScatterView, point: number): number {
  const classOf = classesOf(view);
  let before = 0;
  for (let i = 0; i < point; i++) if (classOf[i] === classOf[point]) before++;
  return before;
}

/** A point: its class and prompt; where it lies, and whose mean is nearest.
 *  @example describePoint(view, options, 66).spoken // "noun, prompt 7 of 20: Give the noun …, nearest mean noun." */
export function describePoint(view: ScatterView, options: ScatterOptions, point: number): ScatterWords {
  const frame = frameOf(view, options);
  const k = classesOf(view)[point];
  const { label } = view.classes[k];
  const text = promptText(view.prompts[point], LETTERS);
  const within = `prompt ${count(withinClass(view, point) + 1)} of ${count(classSizes(view)[k])}`;
  const first = [strong(label), normal(view.prompts[point] === "" ? within : `“${text}”`)];
  const head = `${label}, ${within}${view.prompts[point] === "" ? "" : `: ${text}`}`;
  const means = frame === null ? [] : nearestMeans(view, frame, point);
  if (frame === null)
    return { first, second: [weak(`${within} · layer ${options.layer} is still to come`)], spoken: `${head}.` };
  const width = axesOf(frame);
  const shown = width === 1 ? [0] : options.axes;
  const value = (axis: number) => coordinatesOf(frame)[point * width + axis];
  const places = shown.map((axis) => `axis ${axis + 1} ${plain(value(axis), 1)}`).join(", ");
  const [nearest, next] = means;
  const name = (at: number) => view.classes[at].label;
  const over = width > 2 ? ` over ${width} axes` : "";
  const near =
    nearest === undefined
      ? "no place in this layer"
      : `nearest mean${over}: ${name(nearest.class)}, distance ${plain(nearest.distance, 1)}` +
        (next === undefined ? "" : ` (next: ${name(next.class)}, ${plain(next.distance, 1)})`);
  const spokenPlace = shown.map((axis) => `axis ${axis + 1} ${spokenNumber(value(axis), 1, false)}`).join(", ");
  return {
    first,
    second: [weak([within, places, near].join(" · "))],
    spoken: `${head}, ${spokenPlace}${nearest === undefined ? "" : `, nearest mean ${name(nearest.class)}`}.`,
  };
}

/** Of selected points: how many of each class, and how many have their own class's mean nearest. */
export interface SelectionSummary {
  n: number;
  /** By class; 0 where none is selected. */
  byClass: readonly number[];
  /** null without a frame. */
  own: number | null;
}

export function summariseSelection(view: ScatterView, key: FrameKey, points: readonly number[]): SelectionSummary {
  const classOf = classesOf(view);
  const byClass = new Array<number>(view.classes.length).fill(0);
  for (const point of points) byClass[classOf[point]]++;
  const frame = frameOf(view, key);
  const own = frame && points.filter((point) => nearestMeans(view, frame, point)[0]?.class === classOf[point]).length;
  return { n: points.length, byClass, own };
}

/** "20 prompts, 19 noun, 1 antonym." */
export function spokenSelection(view: ScatterView, points: readonly number[]): string {
  if (points.length === 0) return "Nothing selected.";
  const byClass = view.classes.map((_, k) => ({ k, n: 0 }));
  const classOf = classesOf(view);
  for (const point of points) byClass[classOf[point]].n++;
  const parts = byClass
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n || a.k - b.k)
    .slice(0, 6)
    .map(({ k, n }) => `${count(n)} ${view.classes[k].label}`);
  return `${[many(points.length, "prompt"), ...parts].join(", ")}.`;
}

/** "Layer 2, accuracy 1.00, shuffled labels 0.11." */
export function spokenLayer(view: ScatterView, key: FrameKey): string {
  const probe = probeOf(view, key);
  if (frameOf(view, key) === null) return `Layer ${key.layer}, still to come.`;
  const accuracy =
    probe === null ? "" : `, accuracy ${plain(probe.accuracy, 2)}, shuffled labels ${plain(probe.control, 2)}`;
  return `Layer ${key.layer}${accuracy}.`;
}

/** "Geometry: 8 tasks, scatter, LDA of resid_post at layer 2, 160 prompts, 8 classes × 20 prompts, accuracy 1.00." */
export function scatterSummary(view: ScatterView, key: FrameKey = view.shown): string {
  const probe = probeOf(view, key);
  const accuracy = probe === null ? "" : `, accuracy ${plain(probe.accuracy, 2)}`;
  return `${view.title}, scatter, ${frameName(key)}, ${many(view.prompts.length, "prompt")}, ${sizesOf(view)}${accuracy}.`;
}

/** With nothing pointed at: what is drawn, or how the run stands. */
export function describeScatter(
  view: ScatterView,
  options: ScatterOptions,
  state: ViewState,
  drawn: { selected: number; missing: number },
): ScatterWords {
  const { run } = view;
  const done = run ? `${count(run.done)} of ${count(run.total)} ${run.unit}` : "";
  const probe = probeOf(view, options);
  const told =
    probe === null
      ? ""
      : `a probe tells the classes apart with accuracy ${plain(probe.accuracy, 2)} ` +
        `[${plain(probe.low, 2)}, ${plain(probe.high, 2)}]; shuffled labels ${plain(probe.control, 2)}`;
  const hidden = options.hidden.length === 0 ? "" : many(options.hidden.length, "class hidden", "classes hidden");
  const missing = drawn.missing === 0 ? "" : `${count(drawn.missing)} not drawn: they have no place in this layer`;
  const pending =
    frameOf(view, options) !== null
      ? ""
      : `layer ${options.layer} ${state === "partial" || state === "loading" ? "is still to come" : "was not finished"}`;
  const rest = [pending, hidden, missing, told].filter((part) => part !== "").join(" · ");
  const lines: Record<ViewState, [string, string]> = {
    loading: ["Loading", "points come with the first layer"],
    partial: [`Running: ${done}`, rest],
    stopped: [done === "" ? "Stopped" : `Stopped after ${done}`, rest],
    error: ["The run failed", view.frames.length > 0 ? "some layers were finished before" : "no layer was finished"],
    stale: ["Made by an earlier kernel", "the numbers are true of their run; run the cell again to go on with them"],
    done: [
      drawn.selected > 0
        ? `${many(drawn.selected, "prompt")} selected`
        : `${many(view.prompts.length, "prompt")}, ${many(view.classes.length, "class", "classes")}`,
      rest === "" ? "drag around points to select them" : rest,
    ],
  };
  const [first, second] = lines[state];
  return { first: [strong(first)], second: second === "" ? [] : [weak(second)], spoken: scatterSummary(view, options) };
}

const many = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;
const strong = (text: string): Segment => ({ text, tone: "strong" });
const normal = (text: string): Segment => ({ text, tone: "normal" });
const weak = (text: string): Segment => ({ text, tone: "weak" });
