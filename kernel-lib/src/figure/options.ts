/** What a figure may be asked: checked in full before anything is drawn. */
import { isDeepStrictEqual } from "node:util";
import { SpecError } from "../errors";
import type { ChartLook } from "../view/chart-layout";
import type { ChartView } from "../view/chart-types";
import { heatmapOptions } from "../view/heatmap-grid";
import type { CellWindow, HeatmapOptions } from "../view/heatmap-types";
import { type PathsLook, PLAIN_LOOK, readLook } from "../view/paths-look";
import type { PathsView } from "../view/paths-types";
import { frameOf, scatterOptions } from "../view/scatter-frame";
import type { ScatterMethod, ScatterOptions, ScatterView } from "../view/scatter-types";
import { journal, type ThemeName, themes } from "../view/theme";
import type { HeatmapView } from "../view/types";

/** How a figure is drawn: width, theme, and what a reader could choose in the widget. */
export interface FigureOptions extends Partial<Omit<HeatmapOptions, "previousLimit">> {
  /** A journal's column (3.25 in and 6.75 in), or CSS pixels. Default: a single column for one panel. */
  width?: "single-column" | "double-column" | number;
  /** CSS pixels; cells shrink to fit. Default: as high as it comes out. */
  height?: number;
  /** Default `print`: white, light ramps. */
  theme?: ThemeName;
  /** Pixels per inch of a PNG. Default 300. */
  dpi?: number;
  /** Of a path graph: the share of paths drawn in full (default 0.8), one source alone, and only ranks up to this. */
  share?: number;
  source?: number | null;
  rank?: number | null;
  /** Of a path graph: how it is looked at beyond these (groups, names, bands, window, selection, pins). Default: as a view
   *  that was saved was left. */
  look?: Partial<PathsLook>;
  /** Of a scatter: which layer, site and method (default: what its view shows first), and which two axes, from 0. */
  layer?: number;
  site?: string;
  method?: ScatterMethod;
  axes?: readonly [number, number];
}

/** What every kind of picture has. */
export interface CheckedSize {
  /** CSS pixels. */
  width: number;
  height: number | undefined;
  theme: ThemeName;
  dpi: number;
}
export interface CheckedOptions extends CheckedSize {
  heatmap: HeatmapOptions;
}
export interface CheckedPathsOptions extends CheckedSize {
  paths: Partial<PathsLook>;
}

export interface CheckedChartOptions extends CheckedSize {
  chart: ChartLook;
}

export interface CheckedScatterOptions extends CheckedSize {
  scatter: ScatterOptions;
}

/** CSS pixels per inch. */
const CSS_DPI = 96;
const WIDTHS = [100, 4000] as const;
const DPIS = [36, 1200] as const;

/** Fills in defaults; refuses what cannot be drawn.
 *  @throws SpecError */
export function checkOptions(view: HeatmapView, options: FigureOptions): CheckedOptions {
  const { width, height, theme = "print", dpi = 300, share: _share, source: _source, rank: _rank, ...rest } = options;
  const { layer: _layer, site: _site, method: _method, axes: _axes, look: _look, ...partial } = rest;
  checkLook({ height, theme, dpi });
  const heatmap = heatmapOptions(view, {
    // In print the margin's bars would repeat the cells, and panels are spoken of by letter.
    ...(theme === "print" ? { marginal: false, letters: view.panels.length > 1 } : {}),
    ...partial,
  });
  checkHeatmap(view, heatmap);
  const panels = heatmap.panels.length + (heatmap.difference === null ? 0 : 1);
  return { width: pixels(width ?? (panels > 1 ? "double-column" : "single-column")), height, theme, dpi, heatmap };
}

/** The same for a path graph; it fills a double column unless told otherwise.
 *  @throws SpecError */
export function checkPathsOptions(view: PathsView, options: FigureOptions): CheckedPathsOptions {
  const { width = "double-column", height, theme = "print", dpi = 300 } = options;
  const asked = options.look ?? (view.marks === undefined ? PLAIN_LOOK : readLook(view.marks, view));
  const { share = asked.share ?? PLAIN_LOOK.share, source = asked.source ?? null, rank = asked.rank ?? null } = options;
  checkLook({ height, theme, dpi });
  within("share", share, [0, 1]);
  if (source !== null && !view.sources.includes(source))
    refuse("source", source, `must be one of the traced sources ${view.sources.join(", ")}, or null for all`);
  if (rank !== null && !(Number.isInteger(rank) && rank >= 1 && rank <= view.maxRank))
    refuse("rank", rank, `must be a whole number from 1 to ${view.maxRank}, or null for all`);
  const paths = { ...checkedLook(view, asked), share, source, rank };
  return { width: pixels(width), height, theme, dpi, paths };
}

/** What else of a look is asked for must lie in the graph. */
function checkedLook(view: PathsView, asked: Partial<PathsLook>): PathsLook {
  const { share: _share, source: _source, rank: _rank, ...rest } = asked;
  const read = readLook(rest, view);
  for (const name of Object.keys(rest) as (keyof typeof rest)[])
    if (rest[name] !== undefined && !isDeepStrictEqual(read[name], rest[name]))
      refuse(`look.${name}`, JSON.stringify(rest[name]), "must lie in this path graph, in order");
  return read;
}

function checkLook({ height, theme, dpi }: { height: number | undefined; theme: ThemeName; dpi: number }): void {
  if (!Object.hasOwn(themes, theme)) refuse("theme", theme, `must be one of ${Object.keys(themes).join(", ")}`);
  within("dpi", dpi, DPIS);
  if (height !== undefined) within("height", height, WIDTHS);
}

function pixels(width: "single-column" | "double-column" | number): number {
  if (typeof width === "number") return within("width", width, WIDTHS);
  if (!Object.hasOwn(journal, width)) {
    refuse("width", width, `must be ${Object.keys(journal).join(" or ")}, or a number of pixels`);
  }
  return journal[width] * CSS_DPI;
}

function checkHeatmap(view: HeatmapView, options: HeatmapOptions): void {
  const keys = view.metrics.map((metric) => metric.key);
  const metric = view.metrics.find(({ key }) => key === options.metric);
  if (metric === undefined) refuse("metric", options.metric, `must be one of ${keys.join(", ")}`);
  if (options.mode === "interaction" && metric?.interaction === null) {
    refuse("mode", options.mode, `must be effect: ${options.metric} has no interaction`);
  }
  const oneOf = (name: string, value: unknown, allowed: readonly unknown[]) => {
    if (!allowed.includes(value)) refuse(name, value, `must be one of ${allowed.join(", ")}`);
  };
  oneOf("mode", options.mode, ["effect", "interaction"]);
  oneOf("limits", options.limits, ["robust", "full"]);
  oneOf("legend", options.legend, ["inside", "below", "none"]);
  const last = view.panels.length - 1;
  checkPanels(options.panels, last);
  if (options.difference !== null) checkPanels(Object.values(options.difference), last);
  const { threshold, window } = options;
  if (threshold !== null && !(Number.isFinite(threshold) && threshold >= 0))
    refuse("threshold", threshold, "must be a number from 0, or null");
  if (window !== null) checkWindow(view, window);
}

function checkWindow(view: HeatmapView, window: CellWindow): void {
  const { x0, x1, y0, y1 } = window;
  const range = (from: number, to: number, count: number) =>
    [from, to].every(Number.isInteger) && 0 <= from && from <= to && to < count;
  const whole = range(x0, x1, view.x.labels.length) && range(y0, y1, view.y.labels.length);
  if (!whole) refuse("window", JSON.stringify(window), "must be columns x0 to x1 and rows y0 to y1 of the axes");
}

/** Bars and places beyond which a chart of one panel takes a double column unless told otherwise. */
const SINGLE_COLUMN = 24;

/** The same for a chart: one panel with few values fits a single column.
 *  @throws SpecError */
export function checkChartOptions(view: ChartView, options: FigureOptions): CheckedChartOptions {
  const { width, height, theme = "print", dpi = 300 } = options;
  checkLook({ height, theme, dpi });
  const panels = options.panels ?? view.panels.map((_, at) => at);
  checkPanels(panels, view.panels.length - 1);
  const letters = options.letters ?? (theme === "print" && panels.length > 1);
  const narrow =
    panels.length === 1 && view.x.labels.length * (view.mark === "bars" ? view.series.length : 1) <= SINGLE_COLUMN;
  const chosen = pixels(width ?? (narrow ? "single-column" : "double-column"));
  return { width: chosen, height, theme, dpi, chart: { panels, letters } };
}

/** The same for a scatter; a single column holds up to eight classes with their names.
 *  @throws SpecError */
export function checkScatterOptions(view: ScatterView, options: FigureOptions): CheckedScatterOptions {
  const { width, height, theme = "print", dpi = 300, layer, site, method, axes = [0, 1] } = options;
  checkLook({ height, theme, dpi });
  const { shown } = view;
  const key = { layer: layer ?? shown.layer, site: site ?? shown.site, method: method ?? shown.method };
  const scatter = scatterOptions(view, { ...key, axes });
  for (const [name, all] of Object.entries({ layer: view.layers, site: view.sites, method: view.methods }))
    if (!(all as readonly unknown[]).includes(key[name as keyof typeof key]))
      refuse(name, key[name as keyof typeof key], `must be one of ${all.join(", ")}`);
  const most = frameOf(view, key)?.points.shape[1] ?? 2;
  if (axes.length !== 2 || axes.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= Math.max(2, most)))
    refuse("axes", axes, `must be two numbers from 0 to ${most - 1}`);
  const chosen = pixels(width ?? (view.classes.length > 8 ? "double-column" : "single-column"));
  return { width: chosen, height, theme, dpi, scatter };
}

function checkPanels(panels: readonly number[], last: number): void {
  for (const panel of panels) {
    if (!Number.isInteger(panel) || panel < 0 || panel > last) refuse("panels", panel, `must be from 0 to ${last}`);
  }
  if (panels.length === 0) refuse("panels", [], "must name at least one panel");
}

function within(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (!(typeof value === "number" && value >= least && value <= most)) {
    refuse(name, value, `must be a number from ${least} to ${most}`);
  }
  return value;
}

function refuse(name: string, value: unknown, rule: string): never {
  throw new SpecError({ thing: `figure: ${name}`, value, rule });
}
