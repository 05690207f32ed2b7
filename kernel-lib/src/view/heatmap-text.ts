/** A heatmap as lines of text: `text/plain` of a notebook's output, and the terminal. */
import { inkOn, parseHex, rampColour } from "./colour";
import { rampPosition } from "./colour-domain";
import { count, plain, signed } from "./format";
import { domainOf, heatmapOptions, heatmapPanels, metricOf, type Panel } from "./heatmap-grid";
import type { Cell, ColourDomain, HeatmapOptions } from "./heatmap-types";
import { type Theme, themes } from "./theme";
import type { HeatmapView } from "./types";

export interface TextOptions extends Partial<HeatmapOptions> {
  /** `none`: numbers alone. `256` and `truecolor`: ANSI colours behind them. */
  colour?: "none" | "256" | "truecolor";
  /** For the ramp's brightness; default light. */
  theme?: Theme;
  /** Characters in a line: wider grids are written without numbers, two columns a cell. Default 100. */
  width?: number;
}

const RESET = "\u001b[0m";
const DIM = "\u001b[2m";

/** The heatmap of `view`, rows of later layers on top; a `*` follows what is not significant, `·` is still to come,
 *  `x` has no value. Ends without a line feed.
 *  @example console.log(heatmapText(view, { colour: "truecolor" })) */
export function heatmapText(view: HeatmapView, text: TextOptions = {}): string {
  const { colour = "none", theme = themes.light, width = 100, ...partial } = text;
  const options = heatmapOptions(view, partial);
  const metric = metricOf(view, options);
  const panels = heatmapPanels(view, options);
  const domain = domainOf(view, panels, options);
  const hatched = panels.some((panel) => panel.cells.some((cell) => cell.significant === false));
  const painter: Painter = { domain, theme, colour, digits: metric.digits.cell, hatched };
  const mode = options.mode === "interaction" ? "interaction, " : "";
  const head = `${view.title} · ${mode}${metric.label} ${metric.meaning} · n = ${count(view.n)} · ${view.model.name}`;
  const signs = colour === "none" && panels.some((panel) => sizes(view, panel, painter, width).narrow);
  const foot = [
    ...(signs ? [signLegend(domain)] : []),
    // Signs leave no room for stars.
    ...(hatched && metric.test !== null && !signs ? [`* not significant (${metric.test})`] : []),
  ];
  return [head, ...panels.flatMap((panel) => panelLines(view, panel, painter, width, panels.length > 1)), ...foot].join(
    "\n",
  );
}

interface Painter {
  domain: ColourDomain;
  theme: Theme;
  colour: "none" | "256" | "truecolor";
  digits: number;
  /** A star's place is kept on every number when any has one. */
  hatched: boolean;
}

/** Columns of the labels on the left and of a cell, and whether numbers find no room. */
function sizes({ x, y }: HeatmapView, panel: Panel, painter: Painter, width: number) {
  const margin = Math.max(...y.labels.map((label) => label.length)) + 1;
  const longest = Math.max(0, ...panel.cells.map((cell) => written(cell, painter).length));
  const cellWidth = Math.max(longest, ...x.labels.map((label) => label.length)) + 1;
  const narrow = margin + cellWidth * x.labels.length > width;
  return { margin, narrow, size: narrow ? 2 : cellWidth };
}

function panelLines(view: HeatmapView, panel: Panel, painter: Painter, width: number, isNamed: boolean): string[] {
  const { x, y } = view;
  const { margin, narrow, size } = sizes(view, panel, painter, width);
  const rows = y.labels.map((label, iy) => {
    const cells = x.labels.map((_, ix) => paint(panel.cells[iy * x.labels.length + ix], painter, size, narrow));
    return `${label.padStart(margin - 1)} ${cells.join("").trimEnd()}`;
  });
  const every = narrow ? Math.ceil(4 / size) : 1;
  const labels = x.labels.map((label, ix) => (ix % every === 0 ? label.padStart(size) : " ".repeat(size)));
  const name = isNamed ? ["", panel.note === "" ? panel.name : `${panel.name} (${panel.note})`] : [];
  const axes = `${" ".repeat(margin)}${x.title} →, ${y.title} ↑`;
  return [...name, ...rows.reverse(), `${" ".repeat(margin)}${labels.join("")}`.trimEnd(), axes];
}

function written(cell: Cell, { domain, digits, hatched }: Painter): string {
  if (cell.kind === "absent") return "";
  if (cell.kind === "pending") return "·";
  if (cell.value === null) return "x";
  const star = cell.significant === false ? "*" : hatched ? " " : "";
  return (domain.signed ? signed : plain)(cell.value, digits) + star;
}

/** A cell in `size` columns; narrow ones show their colour, or without colour a sign. */
function paint(cell: Cell, painter: Painter, size: number, narrow: boolean): string {
  const { domain, theme, colour } = painter;
  let words = written(cell, painter);
  if (narrow && cell.value !== null) words = colour === "none" ? sign(cell.value, domain) : "";
  const padded = words.padStart(size);
  if (cell.value === null || colour === "none")
    return colour === "none" || words === "" ? padded : DIM + padded + RESET;
  const stops = domain.signed ? theme.ramps.diverging : theme.ramps.sequential;
  const back = rampColour(stops, rampPosition(domain, cell.value));
  return ansi(48, back, colour) + ansi(38, inkOn(back), colour) + padded + RESET;
}

/** What the signs say. */
function signLegend(domain: ColourDomain): string {
  const most = Math.max(Math.abs(domain.low), Math.abs(domain.high));
  const at = (share: number) => String(Number((share * most).toPrecision(2)));
  const rest = domain.signed ? `. between, - below -${at(0.05)}, = below -${at(0.5)}` : ". less";
  return `# above ${at(0.75)}, o above ${at(0.4)}, + above ${at(0.05)}, ${rest}`;
}

/** Five steps on both sides of zero, for terminals without colour. */
function sign(value: number, domain: ColourDomain): string {
  const share = value / Math.max(Math.abs(domain.low), Math.abs(domain.high));
  if (Math.abs(share) < 0.05) return ".";
  if (share < 0) return share < -0.5 ? "=" : "-";
  return share > 0.75 ? "#" : share > 0.4 ? "o" : "+";
}

/** Foreground (38) or background (48); the 6 x 6 x 6 cube where only 256 colours are to be had. */
function ansi(layer: 38 | 48, hex: string, colour: "256" | "truecolor"): string {
  const rgb = parseHex(hex);
  if (colour === "truecolor") return `\u001b[${layer};2;${rgb.join(";")}m`;
  // The cube's levels are 0, 95, 135, 175, 215, 255.
  const level = (c: number) => (c < 48 ? 0 : c < 115 ? 1 : Math.min(5, Math.floor((c - 35) / 40)));
  return `\u001b[${layer};5;${16 + 36 * level(rgb[0]) + 6 * level(rgb[1]) + level(rgb[2])}m`;
}
