/** A laid-out path graph as one SVG text: ground, curves, nodes, bars, words and legend. */
import { count, textWidth } from "./format";
import { curveData } from "./paths-curve";
import { type PathLabel, type PathsLayout, rankColour } from "./paths-layout";
import type { Theme } from "./theme";

export interface PathsDrawing {
  /** Default: all. Where canvases hold curves, nodes and bars, the ground below them, and above them what is written. */
  what: "all" | "ground" | "words";
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
  const body = [
    ...(what === "words" ? [] : ground(layout, theme)),
    ...(what === "all" ? marks(layout, theme, dim) : []),
    ...(lit === "" ? [] : [inPlot(layout, "pb-highlight", lit)]),
    above,
    ...(what === "ground" ? [] : [...layout.labels.map((label) => text(label, theme)), ...legend(layout, theme)]),
  ];
  const r = (value: number) => Math.round(value * 100) / 100;
  const [width, height] = [r(layout.width), r(layout.height)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escaped(theme.font)}">${body.join("")}</svg>`
  );
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
  const drawn = layout.curves.map((curve) => {
    const [d, { width, rankClass }] = [curveData(curve, layout.row), curve];
    return rankClass < 0
      ? `<path d="${d}" fill="none" stroke="${theme.colour.text2}" stroke-opacity="${thin}" stroke-width="${width}"/>`
      : `<path d="${d}" fill="none" stroke="${theme.colour.surface}" stroke-width="${r(width + HALO)}"/>` +
          `<path d="${d}" fill="none" stroke="${rankColour(rankClass, theme)}" stroke-width="${r(width)}"/>`;
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

/** Best rank by colour, paths by width; two rows where one is too narrow. */
function legend({ legend: { ranks, widths, y }, width }: PathsLayout, theme: Theme): string[] {
  const size = theme.size.tick;
  // On screen the font is the reader's own, and may be a fifth wider than the one that is measured.
  const wide = (text: string) => textWidth(text, size) * (theme.medium === "screen" ? 1.2 : 1);
  const words = (x: number, at: number, content: string, anchor = "start") =>
    `<text x="${x}" y="${at}" font-size="${size}" text-anchor="${anchor}" fill="${theme.colour.text}">${escaped(content)}</text>`;
  const [rankTitle, pathTitle] = ["best answer rank", "paths per edge"];
  const start = Math.round(12 + wide(rankTitle) + 8);
  const item = Math.round(34 + Math.max(...widths.map(({ paths }) => wide(count(paths)))) + 10);
  const second = Math.round(wide(pathTitle) + 8) + widths.length * item;
  const gap = 3;
  const oneRow = width - start - 24 - second - 12;
  const beside = oneRow / ranks.length - gap >= 36;
  const room = beside ? oneRow : width - start - 12;
  const step = Math.round(Math.max(28, Math.min(50, room / ranks.length - gap)));
  const out = [words(12, y + 8, rankTitle)];
  ranks.forEach((name, c) => {
    const x = start + c * (step + gap);
    out.push(`<rect x="${x}" y="${y}" width="${step}" height="8" fill="${theme.ramps.rank[c]}"/>`);
    out.push(words(x + step / 2, y + 21, name, "middle"));
  });
  const [left, top] = beside ? [start + ranks.length * (step + gap) + 24, y + 8] : [12, y + 38];
  out.push(words(left, top, pathTitle));
  widths.forEach(({ paths, width: w }, n) => {
    const x = left + Math.round(wide(pathTitle) + 8) + n * item;
    out.push(
      `<line x1="${x}" x2="${x + 26}" y1="${top - 4}" y2="${top - 4}" stroke="${theme.colour.text}" stroke-width="${w}"/>`,
    );
    out.push(words(x + 30, top, count(paths)));
  });
  return out;
}

/** For XML, which has no place for halves of a surrogate pair. */
const escaped = (words: string): string =>
  words
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
