/** A heatmap as a Vega-Lite 6 specification: the same for the widget, the notebook's PNG and the printed figure.
 *
 *  Cells stand in the spec as data (layer, value, interval, n) on ordinal scales and one colour scale, so that a
 *  researcher can change the spec; what stands around them (titles, legend, margin) is placed by heatmap-layout.ts.
 *  `autosize: none` with explicit sizes: a renderer's measuring of text cannot move anything. */
import { marginalMarks, panelMarks } from "./heatmap-around";
import { cellLayers, cellRow, DESCRIBED_CELLS } from "./heatmap-cells";
import { heatmapOptions, metricOf } from "./heatmap-grid";
import { heatmapLayout, inWindow } from "./heatmap-layout";
import { legendMarks } from "./heatmap-legend";
import type { HeatmapLayout, HeatmapOptions, Size, VegaLiteSpec } from "./heatmap-types";
import { joinMarks } from "./marks";
import { markLayers, rampLayer } from "./marks-spec";
import type { Theme } from "./theme";
import type { HeatmapView } from "./types";

/** The specification of `view` in `theme` within `size`.
 *  @example heatmapSpec(view, themes.print, { width: 312 }, { letters: true }) */
export function heatmapSpec(
  view: HeatmapView,
  theme: Theme,
  size: Size,
  partial: Partial<HeatmapOptions> = {},
): VegaLiteSpec {
  const options = heatmapOptions(view, partial);
  const layout = heatmapLayout(view, theme, size, options);
  const legend = legendMarks(view, theme, layout, options);
  const around = joinMarks([
    panelMarks(view, theme, layout, options),
    marginalMarks(view, theme, layout, options),
    legend.marks,
  ]);
  const origin = layout.panels[0];
  const cells = layout.panels
    .flatMap((panel) => panel.cells)
    .filter((cell) => cell.kind !== "absent" && inWindow(layout, cell.ix, cell.iy));
  const views = layout.panels.map((panel, index) => ({
    width: panel.width,
    height: panel.height,
    layer: [
      ...cellLayers(view, theme, layout, options, index),
      ...(index === 0 ? [...rampLayer(legend.ramp, theme, origin), ...markLayers(around, origin)] : []),
    ],
  }));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${view.title}: ${metricOf(view, options).label}, heatmap, ${cells.length} cells`,
    background: theme.colour.surface,
    padding: layout.padding,
    autosize: { type: "none" },
    config: { font: theme.font, view: { stroke: null }, axis: { translate: 0 }, mark: { invalid: "show" } },
    datasets: {
      cells: cells.map((cell) => cellRow(view, theme, layout, options, cell, cells.length <= DESCRIBED_CELLS)),
    },
    data: { name: "cells" },
    ...arrange(views, layout),
  };
}

/** One panel is the spec itself; more stand flush in rows, so that their places are the layout's. */
function arrange(views: readonly { width: number; height: number; layer: unknown[] }[], layout: HeatmapLayout) {
  if (views.length === 1) return views[0];
  const boxes = layout.panels;
  // Vega-Lite gives a concatenation no size of its own; without one `autosize: none` would be empty.
  const params = [
    { name: "width", value: layout.width - layout.padding.left - layout.padding.right },
    { name: "height", value: layout.height - layout.padding.top - layout.padding.bottom },
  ];
  const columns = boxes.filter((box) => box.y === boxes[0].y).length;
  const column = columns > 1 ? boxes[1].x - boxes[0].x - Math.ceil(boxes[0].width) : 0;
  if (columns < boxes.length) {
    const row = boxes[columns].y - boxes[0].y - Math.ceil(boxes[0].height);
    return { params, bounds: "flush", columns, spacing: { row, column }, concat: views };
  }
  if (boxes.every((box) => box.difference === null))
    return { params, bounds: "flush", spacing: column, hconcat: views };
  // A difference stands further off: empty views of the gaps' widths hold the places.
  const held = views.flatMap((view, at) => {
    const [box, next] = [boxes[at], boxes[at + 1]];
    return next === undefined ? [view] : [view, spacer(Math.round(next.x - box.x - Math.ceil(box.width)), box.height)];
  });
  return { params, bounds: "flush", spacing: 0, hconcat: held };
}

const spacer = (width: number, height: number) => ({
  width,
  height,
  data: { values: [{}] },
  mark: { type: "point", opacity: 0, aria: false },
});
