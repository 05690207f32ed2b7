/** A laid-out path graph as one SVG text: ground, curves, nodes, bars, words and legend. */
import { curveData } from "./paths-curve";
import { type PathLabel, type PathsLayout, rankColour } from "./paths-layout";
import type { Theme } from "./theme";

export interface PathsDrawing {
  /** Default: all. On screen the rows' names and the legend are pieces of their own, which stay in sight; `lattice` is the
   *  rest. Where canvases hold curves, nodes and bars, the ground below them, and above them what is written. */
  what: "all" | "lattice" | "ground" | "words" | "rim" | "legend";
  /** Opacity of the curves, below what is highlighted. Default 1. */
  dim: number;
  /** SVG over the curves, ending at the lattice's rim as they do; and over all marks. */
  lit: string;
  above: string;
}

export function pathsDrawing(
  layout: PathsLayout,
  theme: Theme,
  { what = "all", dim = 1, lit = "", above = "" }: Partial<PathsDrawing> = {},
): string {
  const has = (...parts: PathsDrawing["what"][]) => what === "all" || parts.includes(what);
  const body = [
    ...(has("lattice", "ground") ? ground(layout, theme) : []),
    ...(has("lattice") ? marks(layout, theme, dim) : []),
    ...(lit === "" ? [] : [inPlot(layout, "pb-highlight", lit)]),
    above,
    ...(what === "rim" || what === "legend" ? [plate(layout, what, theme)] : []),
    ...(has("lattice", "words")
      ? layout.labels.filter((label) => !inRim(label)).map((label) => text(label, theme))
      : []),
    ...(has("rim") ? layout.labels.filter(inRim).map((label) => text(label, theme)) : []),
    ...(has("legend") ? legend(layout, theme) : []),
  ];
  const r = (value: number) => Math.round(value * 100) / 100;
  const { x, y, width, height } = boxOf(layout, what);
  const box = [x, y, width, height].map(r);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${box[2]}" height="${box[3]}" viewBox="${box.join(" ")}" ` +
    `font-family="${escaped(theme.font)}">${body.join("")}</svg>`
  );
}

/** Names of rows, left of the lattice. */
const inRim = ({ role }: PathLabel): boolean => role === "layer" || role === "axis" || role === "row";

/** What of the picture a piece of it covers. */
function boxOf({ width, height, rim, legend }: PathsLayout, what: PathsDrawing["what"]) {
  if (what === "rim") return { x: 0, y: 0, ...rim };
  if (what === "legend")
    return { x: 0, y: legend.y - LEGEND_ABOVE, width: legend.width, height: legend.height + LEGEND_ABOVE };
  return { x: 0, y: 0, width, height };
}
const LEGEND_ABOVE = 6;

/** The ground of a piece that stays in sight, over what scrolls below it. */
function plate(layout: PathsLayout, what: "rim" | "legend", theme: Theme): string {
  const { x, y, width, height } = boxOf(layout, what);
  // The names above the first columns are not the rim's.
  const top = what === "rim" ? layout.plot.y - 9 : y;
  return `<rect x="${x}" y="${top}" width="${width}" height="${y + height - top}" fill="${theme.colour.surface}"/>`;
}

/** Curves, dots, nodes, bars. */
function marks(layout: PathsLayout, theme: Theme, dim: number): string[] {
  const r = (value: number) => Math.round(value * 100) / 100;
  const { surface, text: ink, text2, lineStrong } = theme.colour;
  const dots = dotData(layout);
  return [
    ...curves(layout, theme, dim),
    ...(dots === ""
      ? []
      : [`<path d="${dots}" fill="none" stroke="${lineStrong}" stroke-width="1.5" stroke-linecap="round"/>`]),
    ...layout.nodes.map(
      ({ x, y }) =>
        `<circle cx="${r(x)}" cy="${r(y)}" r="${nodeRadius(layout)}" fill="${surface}" stroke="${ink}" stroke-width="${nodeLine(layout)}"/>`,
    ),
    ...layout.bars.map(
      ({ x, y, width, height, strong }) =>
        `<rect x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" fill="${strong ? ink : text2}"/>`,
    ),
  ];
}

/** Surface, band and lines: all that lies below the curves. */
function ground(layout: PathsLayout, theme: Theme): string[] {
  const r = (value: number) => Math.round(value * 100) / 100;
  return [
    `<rect width="${r(layout.width)}" height="${r(layout.height)}" fill="${theme.colour.surface}"/>`,
    ...band(layout, theme),
    ...layout.lines.map(
      ({ x1, x2, y }) =>
        `<line x1="${r(x1)}" x2="${r(x2)}" y1="${r(y)}" y2="${r(y)}" stroke="${theme.colour.line}" stroke-width="0.5"/>`,
    ),
  ];
}

function curves(layout: PathsLayout, theme: Theme, dim: number): string[] {
  const thin = thinOpacity(layout);
  const r = (value: number) => Math.round(value * 100) / 100;
  const line = (d: string, colour: string, width: number) =>
    `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${r(width)}"/>`;
  const drawn = layout.curves.map((curve) => {
    const [d, { width, rankClass }] = [curveData(curve, layout.row), curve];
    if (rankClass < 0)
      return `<path d="${d}" fill="none" stroke="${theme.colour.text2}" stroke-opacity="${thin}" stroke-width="${width}"/>`;
    const halo = hasHalo(layout, curve) ? line(d, theme.colour.surface, width + HALO) : "";
    return halo + line(d, rankColour(rankClass, theme), width);
  });
  return [inPlot(layout, "pb-curves", dim === 1 ? drawn.join("") : `<g opacity="${dim}">${drawn.join("")}</g>`)];
}

/** What leads out of the window ends at its rim. */
function inPlot({ plot }: PathsLayout, name: string, body: string): string {
  const r = (value: number) => Math.round(value * 100) / 100;
  const [x, y] = [r(plot.x - CLIP), r(plot.y - CLIP)];
  const [width, height] = [r(plot.width + 2 * CLIP), r(plot.height + 2 * CLIP)];
  return (
    `<svg class="${name}" x="${x}" y="${y}" width="${width}" height="${height}" ` +
    `viewBox="${x} ${y} ${width} ${height}" overflow="hidden">${body}</svg>`
  );
}

/** Of the column behind the instruction's last token, in ink: as light in high contrast, where lines are ink. */
const BAND_OPACITY = 0.08;

/** Of hops that are not drawn in full: the more there are, the fainter, so that they stay a ground. */
export function thinOpacity({ shown, total }: PathsLayout): number {
  const each = Math.sqrt(MANY / Math.max(MANY, total - shown));
  return Math.round(1000 * Math.max(FAINTEST, THIN_OPACITY * each)) / 1000;
}
const [THIN_OPACITY, FAINTEST, MANY] = [0.35, 0.03, 400];
/** What a curve's halo, in the surface's colour, is wider than the curve, so that crossings can be read. */
export const HALO = 1.6;
/** Among more hops than this, hairs have none: thousands of them leave no crossing that could be read, and halos are as
 *  much to paint as the hops. */
const [HALOS, HAIR] = [1500, 1.25];
export const hasHalo = ({ shown }: Pick<PathsLayout, "shown">, { width }: { width: number }): boolean =>
  shown <= HALOS || width > HAIR;

/** How far a line may stand out over the lattice's rim: half the widest. */
export const CLIP = 6;

/** The lattice's places as path data of round dots; empty where they would be a grey ground. */
export function dotData({ column, row, window: { c0, c1, r0, r1 }, origin }: PathsLayout): string {
  if (column < 8 || row < 8) return "";
  const r = (value: number) => Math.round(value * 100) / 100;
  let d = "";
  for (let b = r0; b <= r1 + 1; b++)
    for (let c = c0; c <= c1; c++) d += `M${r(origin.x + c * column)},${r(origin.y - b * row)}h0`;
  return d;
}

/** Nodes shrink with the lattice, and their line with them. */
export const nodeRadius = ({ row, column }: PathsLayout): number =>
  Math.round(10 * Math.min(3, row / 5, column / 5)) / 10;
export const nodeLine = ({ row, column }: PathsLayout): number => (row < 8 || column < 8 ? 0.5 : 1);

function band({ band: box }: PathsLayout, theme: Theme): string[] {
  if (box === null) return [];
  const { x, y, width, height } = box;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${theme.colour.text}" fill-opacity="${BAND_OPACITY}"/>`,
  ];
}

function text({ x, y, text: words, anchor, angle, role, bold }: PathLabel, theme: Theme): string {
  const size = role === "axis" || role === "answer" || role === "mark" ? theme.size.label : theme.size.tick;
  const second = role === "layer" || role === "row" || role === "share" || role === "count";
  const turn = angle === 0 ? "" : ` transform="rotate(${angle} ${x} ${y})"`;
  const shown = words === "T_inst" ? `T<tspan dy="3" font-size="${size * 0.75}">inst</tspan>` : escaped(words);
  return (
    `<text data-role="${role}" x="${x}" y="${y}"${turn} text-anchor="${anchor}" font-size="${size}" font-weight="${bold ? 600 : 400}" ` +
    `fill="${second && !bold ? theme.colour.text2 : theme.colour.text}" xml:space="preserve">${shown}</text>`
  );
}

/** Best rank by colour, paths by width. */
function legend({ legend: { texts, swatches, lines } }: PathsLayout, theme: Theme): string[] {
  const { text: ink } = theme.colour;
  return [
    ...swatches.map(
      ({ x, y, width, rankClass }) =>
        `<rect x="${x}" y="${y}" width="${width}" height="8" fill="${theme.ramps.rank[rankClass]}"/>`,
    ),
    ...lines.map(
      ({ x1, x2, y, width }) =>
        `<line x1="${x1}" x2="${x2}" y1="${y}" y2="${y}" stroke="${ink}" stroke-width="${width}"/>`,
    ),
    ...texts.map(
      ({ x, y, text: words, anchor }) =>
        `<text x="${x}" y="${y}" font-size="${theme.size.tick}" text-anchor="${anchor}" fill="${ink}">${escaped(words)}</text>`,
    ),
  ];
}

/** For XML, which has no place for halves of a surrogate pair. */
const escaped = (words: string): string =>
  words
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
