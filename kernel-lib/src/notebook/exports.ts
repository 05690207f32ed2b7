/** Files that a widget asks the kernel for, as they travel over the comm. */
import { SpecError } from "../errors";
import { type Figure, figureOf } from "../figure";
import type { Result } from "../result/base";
import { tableToCsv } from "../result/csv";
import { tableToLatex } from "../result/latex";
import type { Table } from "../result/types";
import { sliceOf } from "../view/heatmap-slices";
import type { ChartChoice, FigureChoice, HeatmapChoice, PathsChoice } from "../view/protocol";
import type { HeatmapView, PathsView } from "../view/types";
import { PathsSource } from "./paths-source";
import type { Source } from "./sources";

export const EXPORT_FORMATS = ["svg", "pdf", "png", "csv", "latex", "json", "spec"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type Exported = { mime: string; name: string } & ({ text: string } | { base64: string });

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** The view's figure (with the metric that is chosen in the widget), its result's summary table or spec, or the view as
 *  JSON.
 *  @throws SpecError for a table or spec of a view without a result, or a metric that it does not have. */
export async function exportOf(
  source: Source,
  format: ExportFormat,
  {
    metric,
    figure: choice,
    heatmap,
    paths,
    chart,
  }: {
    metric?: string;
    figure?: FigureChoice;
    heatmap?: HeatmapChoice;
    paths?: PathsChoice;
    chart?: ChartChoice;
  } = {},
): Promise<Exported> {
  const view = source.view();
  const name = view.title.replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
  const figure = () => {
    if (view.kind === "scatter" && choice)
      return figureOf(view, { layer: choice.layer, site: choice.site, method: choice.method, axes: choice.axes });
    if (view.kind === "paths" && paths) return pathsFigure(source, view, paths);
    if (view.kind === "chart" && chart) return figureOf(view, { panels: chart.panels });
    return view.kind === "heatmap" ? heatmapFigure(view, metric, heatmap) : figureOf(view);
  };
  switch (format) {
    case "svg":
      return { mime: "image/svg+xml", name: `${name}.svg`, text: await figure().svg() };
    case "pdf":
      return { mime: "application/pdf", name: `${name}.pdf`, base64: base64(await figure().pdf()) };
    case "png":
      return { mime: "image/png", name: `${name}.png`, base64: base64(await figure().png()) };
    case "csv":
      return { mime: "text/csv", name: `${name}.csv`, text: tableToCsv(summaryOf(source, metric)) };
    case "latex": {
      const text = tableToLatex(summaryOf(source, metric), { caption: view.caption });
      return { mime: "application/x-tex", name: `${name}.tex`, text };
    }
    case "json":
      return { mime: "application/json", name: `${name}.view.json`, text: JSON.stringify(view) };
    case "spec": {
      const specs = resultsOf(source, "spec").map(({ spec }) => spec);
      const text = `${JSON.stringify(specs.length === 1 ? specs[0] : specs, null, 2)}\n`;
      return { mime: "application/json", name: `${name}.spec.json`, text };
    }
  }
}

/** A heatmap as it is drawn in the widget. */
function heatmapFigure(view: HeatmapView, metric = view.metric, choice?: HeatmapChoice): Figure {
  if (choice === undefined) return figureOf(view, { metric });
  const { slice, mode, hatch, panels, difference, limits, threshold, window } = choice;
  const held = view.slices?.held ?? [];
  if (slice !== undefined && held[slice] === undefined)
    throw new SpecError({ thing: "slice", value: slice, rule: `must be an index of ${held.length} slices` });
  const drawn = slice === undefined ? view : sliceOf(view, slice);
  return figureOf(drawn, { metric, mode, hatch, panels, difference, limits, threshold, window });
}

/** A path graph as it is drawn in the widget: the chosen trace and sample, looked at in the same way. */
function pathsFigure(source: Source, view: PathsView, { trace, sample, whole, ...look }: PathsChoice): Figure {
  const shown = source instanceof PathsSource ? source.viewAt({ trace, sample, whole }) : view;
  return figureOf(shown, { look });
}

function resultsOf(source: Source, wanted: string): readonly Result[] {
  if (source.everyResult !== undefined) return source.everyResult;
  if (source.result !== null) return [source.result];
  throw new SpecError({
    thing: "export",
    rule: `has no ${wanted}: this view was shown without its result`,
    wayOut: "Show the result itself, or a list of results",
  });
}

/** The main table of what is shown; of a sweep, the rows of one metric. */
function summaryOf(source: Source, metric: string | undefined): Table {
  if (source.table !== undefined) return source.table;
  const results = resultsOf(source, "table");
  const tables = results.map((result) => result.table(result.mainTable));
  const table = results.length === 1 ? tables[0] : together(results, tables);
  const at = table.columns.indexOf("metric");
  return metric === undefined || at < 0 ? table : { ...table, rows: table.rows.filter((row) => row[at] === metric) };
}

/** Tables of several results as one, each row with its model; what a result's table does not have is missing. */
function together(results: readonly Result[], tables: readonly Table[]): Table {
  const columns = [...new Set(tables.flatMap((table) => table.columns))].filter((name) => name !== "model");
  const rows = tables.flatMap((table, i) =>
    table.rows.map((row) => [
      results[i].making.model.name,
      ...columns.map((name) => row[table.columns.indexOf(name)] ?? null),
    ]),
  );
  return { name: tables[0].name, columns: ["model", ...columns], rows };
}
