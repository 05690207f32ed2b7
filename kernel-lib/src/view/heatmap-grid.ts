/** From a heatmap view to its drawn cells: which panels, which numbers, and what kind each cell is. */
import type { PackedArray } from "../result/pack";
import { holm } from "../stats/adjust";
import { signTest } from "../stats/sign";
import { colourDomain } from "./colour-domain";
import { readable } from "./heatmap-digits";
import type { Cell, CellKind, ColourDomain, HeatmapOptions, PanelBox } from "./heatmap-types";
import { opened } from "./opened";
import type { HeatmapMetric, HeatmapView } from "./types";

/** Level of tests; an interaction's p is corrected already. */
const ALPHA = 0.05;

/** A drawn panel before it has a place. */
export type Panel = Pick<PanelBox, "name" | "note" | "stage" | "source" | "difference" | "cells">;

/** The options that a view is first shown with, changed by `partial`.
 *  @example heatmapOptions(view, { mode: "interaction" }) */
export function heatmapOptions(view: HeatmapView, partial: Partial<HeatmapOptions> = {}): HeatmapOptions {
  const many = view.panels.length > 1;
  return {
    metric: view.metric,
    mode: "effect",
    hatch: true,
    panels: view.panels.map((_, index) => index),
    difference: null,
    marginal: !many && view.layout !== "singles" && view.y.labels.length > 1,
    legend: many || view.layout !== "pairs" ? "below" : "inside",
    letters: false,
    limits: "robust",
    previousLimit: null,
    threshold: null,
    window: null,
    ...partial,
  };
}

/** The metric that is drawn; the view's first when the key is unknown. */
export function metricOf(view: HeatmapView, options: Pick<HeatmapOptions, "metric">): HeatmapMetric {
  return readable(view.metrics.find((metric) => metric.key === options.metric) ?? view.metrics[0]);
}

/** Whether the coloured number has a sign: effects as the metric says; interactions and differences always. */
export const isSigned = (view: HeatmapView, options: HeatmapOptions): boolean =>
  metricOf(view, options).signed || options.mode === "interaction" || options.difference !== null;

/** Limits of the colours: one scale for all panels.
 *  @example domainOf(view, heatmapPanels(view, options), options).high */
export function domainOf(view: HeatmapView, panels: readonly Panel[], options: HeatmapOptions): ColourDomain {
  const values = panels.flatMap((panel) => panel.cells.flatMap(({ value }) => value ?? []));
  const running = view.state === "loading" || view.state === "partial";
  const { range } = metricOf(view, options);
  return colourDomain(values, {
    signed: isSigned(view, options),
    range,
    robust: options.limits === "robust",
    running,
    previous: options.previousLimit,
  });
}

/** The drawn panels with their cells, [ny, nx] row-major each.
 *  @example heatmapPanels(view, heatmapOptions(view))[0].cells[0].value */
export function heatmapPanels(view: HeatmapView, options: HeatmapOptions): Panel[] {
  const numbers = readMetric(view, options);
  const perPanel = view.x.labels.length * view.y.labels.length;
  const panels: Panel[] = options.panels.map((source, drawn) => ({
    ...view.panels[source],
    source,
    difference: null,
    cells: Array.from({ length: perPanel }, (_, at) => cellOf(view, numbers, drawn, source, at)),
  }));
  if (options.difference !== null) {
    panels.push(differencePanel(view, options, numbers, options.difference, panels.length));
  }
  return panels;
}

interface Numbers {
  mean: PackedArray;
  low: PackedArray;
  high: PackedArray;
  n: PackedArray;
  significant: (at: number) => boolean | null;
  /** One layer alone has no interaction: then the diagonal of pairs is not asked. */
  diagonal: boolean;
}

function readMetric(view: HeatmapView, options: HeatmapOptions): Numbers {
  const metric = metricOf(view, options);
  const n = opened(metric.n);
  if (options.mode === "interaction" && metric.interaction !== null) {
    const p = opened(metric.interaction.p);
    return {
      mean: opened(metric.interaction.mean),
      low: opened(metric.interaction.low),
      high: opened(metric.interaction.high),
      n,
      significant: (at) => (Number.isNaN(p[at]) ? null : p[at] < ALPHA),
      diagonal: view.layout !== "pairs",
    };
  }
  const notSignificant = opened(metric.notSignificant);
  return {
    mean: opened(metric.mean),
    low: opened(metric.low),
    high: opened(metric.high),
    n,
    significant: (at) => (notSignificant[at] === 255 ? null : notSignificant[at] === 0),
    diagonal: true,
  };
}

function cellOf(view: HeatmapView, numbers: Numbers, drawn: number, source: number, at: number): Cell {
  const nx = view.x.labels.length;
  const ix = at % nx;
  const iy = Math.floor(at / nx);
  const index = source * nx * view.y.labels.length + at;
  const value = finite(numbers.mean[index]);
  const n = numbers.n[index];
  const asked = n !== -1 && (view.layout !== "pairs" || iy > ix || (iy === ix && numbers.diagonal));
  return {
    panel: drawn,
    ix,
    iy,
    kind: kindOf(view, value, asked),
    value: asked ? value : null,
    low: asked ? finite(numbers.low[index]) : null,
    high: asked ? finite(numbers.high[index]) : null,
    n: asked ? n : null,
    significant: asked && value !== null ? numbers.significant(index) : null,
  };
}

function kindOf(view: HeatmapView, value: number | null, asked: boolean): CellKind {
  if (!asked) return "absent";
  if (value !== null) return "value";
  return view.state === "loading" || view.state === "partial" ? "pending" : "missing";
}

/** Panel `a` less panel `b`. Where both hold the same samples, each cell's paired differences are tested against 0 by
 *  the exact sign test, with Holm's correction over the panel. */
function differencePanel(
  view: HeatmapView,
  options: HeatmapOptions,
  numbers: Numbers,
  difference: { a: number; b: number },
  drawn: number,
): Panel {
  const { a, b } = difference;
  const perPanel = view.x.labels.length * view.y.labels.length;
  const rejected = pairedTests(view, options, difference);
  const cells = Array.from({ length: perPanel }, (_, at): Cell => {
    const first = cellOf(view, numbers, drawn, a, at);
    const second = cellOf(view, numbers, drawn, b, at);
    const asked = first.kind !== "absent" && second.kind !== "absent";
    const value = first.value === null || second.value === null ? null : first.value - second.value;
    return {
      ...first,
      kind: kindOf(view, value, asked),
      value,
      low: null,
      high: null,
      n: first.n === null || second.n === null ? null : Math.min(first.n, second.n),
      significant: value === null ? null : rejected[at],
    };
  });
  return {
    name: `${view.panels[a].name} − ${view.panels[b].name}`,
    note: "difference of the two effects",
    stage: null,
    source: null,
    difference,
    cells,
  };
}

/** For each cell whether the test rejects at 5 %; null where it cannot be made. */
function pairedTests(
  view: HeatmapView,
  options: HeatmapOptions,
  { a, b }: { a: number; b: number },
): readonly (boolean | null)[] {
  const perPanel = view.x.labels.length * view.y.labels.length;
  const metric = metricOf(view, options);
  const running = view.state === "loading" || view.state === "partial";
  if (metric.samples === null || metric.test === null || options.mode === "interaction" || running) {
    return Array.from({ length: perPanel }, () => null);
  }
  const samples = opened(metric.samples);
  const width = view.sampleLabels.length;
  const tails = Array.from({ length: perPanel }, (_, at) => {
    const from = (panel: number) => (panel * perPanel + at) * width;
    const differences = Array.from({ length: width }, (__, i) => samples[from(a) + i] - samples[from(b) + i]);
    return signTest(differences.filter((value) => !Number.isNaN(value))).tail;
  });
  return holm(tails).map((tail) => (tail === null ? null : tail.p < ALPHA));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
