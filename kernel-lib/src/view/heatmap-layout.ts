/** The geometry of a heatmap, as pure numbers: where panels, cells, ticks, legend and marginal stand.
 *
 *  Units are CSS pixels; the origin is the picture's top left corner, padding included. The Vega-Lite spec of
 *  heatmap-spec.ts is drawn from this geometry with `autosize: none`, so an overlay of the same width and height laid
 *  over the Vega view fits to the pixel: `cellRect` gives a cell's rectangle, `cellAt` the cell under a pointer,
 *  `layout.ticks` the place of every tick label. Nothing has to be asked of the Vega view.
 *
 *  Layers grow to the right and up. Cell (ix, iy) is the tuple of labels x[ix] and y[iy]; row 0 is the lowest. */
import { plain, signed, textWidth } from "./format";
import { axisLabels, drawnWider, ticksOf, titleLength, turnedRoom, xAngle } from "./heatmap-axis";
import { domainOf, heatmapPanels, metricOf, type Panel } from "./heatmap-grid";
import { leastLegend, legendBox } from "./heatmap-legend";
import type { Cell, HeatmapLayout, HeatmapOptions, PanelBox, Rect, Size } from "./heatmap-types";
import type { Theme } from "./theme";
import type { HeatmapView } from "./types";

/** Panels share a row as long as their cells stay at least this wide in print; on screen the theme's least. */
const PRINT_ROW_PITCH = 6;
/** Cells of at least this side need no second row of panels. */
const COMFORTABLE_PITCH = 12;

/** Lays out `view` in at most `size`.
 *  @example const layout = heatmapLayout(view, themes.light, { width: 760 }, heatmapOptions(view)) */
export function heatmapLayout(view: HeatmapView, theme: Theme, size: Size, options: HeatmapOptions): HeatmapLayout {
  const panels = heatmapPanels(view, options);
  const nx = view.x.labels.length;
  const ny = view.y.labels.length;
  const window = options.window ?? { x0: 0, x1: nx - 1, y0: 0, y1: ny - 1 };
  const domain = domainOf(view, panels, options);
  const metric = metricOf(view, options);
  const angle = xAngle(view, theme, size, panels.length);
  const usual = spaces(view, theme, options, angle);
  const { columns, rows, pitch: whole, gap: panelGap } = cellPitch(view, theme, size, panels, usual);
  // A part is drawn as large as the whole was, so that zooming moves nothing around it.
  const frame = { width: nx * whole, height: ny * whole };
  // A title that is longer than its axis rises above it.
  const rise = titleLength(view.y.title, theme) - frame.height - usual.top;
  const space = { ...usual, top: usual.top + Math.max(0, Math.ceil(rise)) };
  const larger = Math.min(frame.width / (window.x1 - window.x0 + 1), frame.height / (window.y1 - window.y0 + 1));
  const pitch = options.window === null ? whole : Math.max(1, Math.floor(larger));
  const showsValues = valuesFit(panels, metric.digits.cell, domain.signed, pitch, theme);
  const showsMinus = !showsValues && domain.signed && pitch >= theme.cell.minus;
  const gap = pitch >= 6 ? theme.cell.gap : 0;

  const drawn = {
    width: pitch * (window.x1 - window.x0 + 1),
    height: pitch * (window.y1 - window.y0 + 1),
  };
  const boxes = placePanels(panels, { frame, drawn, columns, space, gap: panelGap });
  const last = boxes.reduce((right, box) => Math.max(right, box.x + frame.width), 0);
  const natural = Math.ceil(last + space.right);
  // A few cells are narrower than the title under them and the legend below.
  const side = Math.max(0, Math.ceil((titleLength(view.x.title, theme) - (last + space.left)) / 2));
  const least = Math.max(
    natural + 2 * side,
    options.legend === "none" ? 0 : Math.ceil(space.left + side + leastLegend(theme)),
  );
  // A printed figure has its column's width whatever it holds; what is left stands on both sides.
  const width = theme.medium === "print" ? size.width : Math.min(size.width, least);
  const shift =
    theme.medium === "print" ? Math.max(0, (width - natural) / 2) : Math.max(0, Math.min(side, width - natural));
  const placed = boxes.map((box) => ({ ...box, x: box.x + shift }));
  const bottom = space.top + (rows - 1) * (Math.ceil(frame.height) + space.rowGap) + frame.height;
  const legend = legendBox(
    view,
    theme,
    options,
    { panels: placed, showsMinus, window },
    { pitch, width, left: space.left + shift, bottom, space },
  );
  const exact = bottom + space.bottom + (legend?.place === "below" ? legend.height : 0);
  const height = theme.medium === "print" ? exact : Math.ceil(exact);
  return {
    width,
    height,
    padding: {
      left: space.left + shift,
      top: placed[0].y,
      right: Math.max(0, width - shift - last),
      bottom: height - bottom,
    },
    pitch,
    gap,
    nx,
    ny,
    window,
    panels: placed,
    ticks: ticksOf(view, theme, placed, pitch, window, angle),
    yTitle: space.yTitle,
    xAngle: angle,
    xTitle: space.xTitle,
    domain,
    digits: metric.digits.cell,
    showsValues,
    showsMinus,
    legend,
    marginal: options.marginal && metric.best !== "lowest" ? marginalOf(view, placed[0], space, theme) : null,
    tooNarrow: pitch < theme.cell.min,
  };
}

/** A cell's rectangle, without the gap around it. Fits cells that are not drawn too.
 *  @example cellRect(layout, 0, 0, 2) // layers 0 and 2 of the first panel */
export function cellRect(layout: HeatmapLayout, panel: number, ix: number, iy: number): Rect {
  const { pitch, gap, window } = layout;
  const box = layout.panels[panel];
  const side = pitch - gap;
  return {
    x: box.x + (ix - window.x0) * pitch + gap / 2,
    y: box.y + (window.y1 - iy) * pitch + gap / 2,
    width: side,
    height: side,
  };
}

/** The cell under a point; null between panels and where nothing was asked.
 *  @example cellAt(layout, 60, 120)?.value */
export function cellAt(layout: HeatmapLayout, x: number, y: number): Cell | null {
  for (const box of layout.panels) {
    const ix = layout.window.x0 + Math.floor((x - box.x) / layout.pitch);
    const iy = layout.window.y1 - Math.floor((y - box.y) / layout.pitch);
    if (!inWindow(layout, ix, iy)) continue;
    const cell = box.cells[iy * layout.nx + ix];
    return cell.kind === "absent" ? null : cell;
  }
  return null;
}

/** Whether a cell is in the part that is drawn.
 *  @example inWindow(layout, 0, 2) // true unless zoomed away */
export const inWindow = ({ window: w }: Pick<HeatmapLayout, "window">, ix: number, iy: number): boolean =>
  ix >= w.x0 && ix <= w.x1 && iy >= w.y0 && iy <= w.y1;

/** Room around the panels, by the theme's letter sizes. */
export interface Space {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Between panels of a row; before a difference, which has y labels of its own; between rows of panels. */
  gap: number;
  differenceGap: number;
  rowGap: number;
  yLabels: number;
  /** From the panels' left edge to the middle of the y title, and from their lower edge to that of the x title. */
  yTitle: number;
  xTitle: number;
}

function spaces(view: HeatmapView, theme: Theme, options: HeatmapOptions, angle: number): Space {
  const { tick, label, body } = theme.size;
  const wider = drawnWider(theme);
  const yLabels = Math.max(...axisLabels(view.y).map((text) => textWidth(text, tick) * wider)) + tick * 0.64;
  const xLabel = Math.max(...axisLabels(view.x).map((text) => textWidth(text, tick)));
  const turned = angle === 0 ? null : turnedRoom(view, theme, angle);
  const titled = options.panels.length > 1 || options.difference !== null || options.letters;
  const titles = titled ? body * 1.5 + tick * 1.75 : tick * 0.7;
  const marginal = options.marginal ? tick * 6 - titles : 0;
  // Vega sets panels side by side in whole pixels; so do we.
  const gap = Math.round(tick * (theme.medium === "print" ? 1.75 : 2.36));
  // One line of labels, or as deep as turned ones hang.
  const labels = turned === null ? tick * 1.36 : tick * 0.6 + turned.down;
  const bottom = labels + label * 2.25;
  return {
    left: Math.max(label * 1.9 + yLabels, turned === null ? 0 : turned.left - theme.cell.min / 2),
    yTitle: label * 0.95 + yLabels,
    top: titles + marginal,
    right: Math.max(tick * 1.27, turned === null ? xLabel / 2 : 0),
    xTitle: labels + label * 1.4,
    bottom,
    gap,
    differenceGap: Math.max(2 * gap + 1, Math.ceil(gap * 1.5 + yLabels)),
    rowGap: Math.ceil(bottom + titles),
    yLabels,
  };
}

/** As many panels in a row as keep readable cells, rows evened out; then cells as large as width, height and theme
 *  allow. In more than one row a difference has no place of its own: then all gaps hold its labels. */
function cellPitch(view: HeatmapView, theme: Theme, size: Size, panels: readonly Panel[], space: Space) {
  const nx = view.x.labels.length;
  const ny = view.y.labels.length;
  const count = panels.length;
  const hasDifference = panels.some((panel) => panel.difference !== null);
  const gapOf = (columns: number) => (hasDifference && columns < count ? space.differenceGap : space.gap);
  const wide = (columns: number) => {
    const extra = hasDifference && columns === count && count > 1 ? space.differenceGap - space.gap : 0;
    const gaps = (columns - 1) * (gapOf(columns) + 1) + extra;
    return (size.width - space.left - space.right - gaps) / (columns * nx);
  };
  const tall = (rows: number) =>
    size.height === undefined
      ? Number.POSITIVE_INFINITY
      : (size.height - space.top - space.bottom - (rows - 1) * space.rowGap) / (rows * ny);
  const columns = columnsOf(count, view.columns ?? null, theme, wide, tall);
  const rows = Math.ceil(count / columns);
  const most = Math.max(1, Math.min(theme.cell.max, wide(columns), tall(rows)));
  // Whole pixels on screen, so that edges are sharp; print has no pixels.
  const pitch = theme.medium === "print" || most < 4 ? most : Math.floor(most);
  return { columns, rows, pitch, gap: gapOf(columns) };
}

/** Panels in a row. In print as many as keep readable cells. On screen all of them while the cells are comfortable; with
 *  more, as many as give the largest cells in the width and height there is.
 *  @param asked the view's own wish, kept while the cells stay readable */
function columnsOf(
  count: number,
  asked: number | null,
  theme: Theme,
  wide: (columns: number) => number,
  tall: (rows: number) => number,
): number {
  const even = (columns: number) => Math.ceil(count / Math.ceil(count / columns));
  const least = theme.medium === "print" ? PRINT_ROW_PITCH : theme.cell.min;
  let most = Math.min(count, asked ?? count);
  while (most > 1 && wide(most) < least) most--;
  if (asked !== null) return most;
  most = even(most);
  // Without a height there is no end to rows.
  const endless = tall(1) === Number.POSITIVE_INFINITY;
  if (theme.medium === "print" || endless || wide(most) >= COMFORTABLE_PITCH) return most;
  const pitch = (columns: number) => Math.min(theme.cell.max, wide(columns), tall(Math.ceil(count / columns)));
  let best = most;
  for (let columns = most - 1; columns >= 1; columns--) if (pitch(even(columns)) > pitch(best)) best = even(columns);
  return best;
}

function placePanels(
  panels: readonly Panel[],
  at: { frame: { width: number; height: number }; drawn: { width: number; height: number } } & {
    columns: number;
    space: Space;
    gap: number;
  },
): PanelBox[] {
  const { space, drawn } = at;
  const { width, height } = at.frame;
  return panels.map((panel, index) => {
    const column = index % at.columns;
    const row = Math.floor(index / at.columns);
    const oneRow = at.columns === panels.length && column > 0;
    const shift = panel.difference !== null && oneRow ? space.differenceGap - space.gap : 0;
    return {
      ...panel,
      x: space.left + column * (Math.ceil(width) + at.gap) + shift,
      y: space.top + row * (Math.ceil(height) + space.rowGap) + (height - drawn.height),
      width: drawn.width,
      // Zoomed rows stand on the axis, as all do.
      height: drawn.height,
      showsY: column === 0 || panel.difference !== null,
    };
  });
}

/** Values are written when the longest of them fits into a cell with 2 px on both sides. */
function valuesFit(panels: readonly Panel[], digits: number, withSign: boolean, pitch: number, theme: Theme): boolean {
  if (pitch < theme.cell.value) return false;
  const write = withSign ? signed : plain;
  const widths = panels.flatMap((panel) =>
    panel.cells.map((cell) => (cell.value === null ? 0 : textWidth(write(cell.value, digits), theme.size.tick))),
  );
  return Math.max(0, ...widths) <= pitch - theme.cell.gap - 4;
}

/** For each column the best of its cells; in pairs of all cells that hold the layer, one layer alone included. */
function marginalOf(view: HeatmapView, box: PanelBox, space: Space, theme: Theme): HeatmapLayout["marginal"] {
  const bars: (number | null)[] = view.x.labels.map(() => null);
  for (const cell of box.cells) {
    if (cell.value === null) continue;
    const columns = view.layout === "pairs" ? [cell.ix, cell.iy] : [cell.ix];
    for (const column of columns) bars[column] = Math.max(bars[column] ?? cell.value, cell.value);
  }
  return { x: box.x, y: 0, width: box.width, height: space.top - theme.size.tick * 0.9, bars };
}
