/** The words on a heatmap's axes: tokens as people can read them, cut in the middle; and whether they must be turned to
 *  fit under their columns. */
import { textWidth } from "./format";
import type { CellWindow, PanelBox, Size, Tick } from "./heatmap-types";
import type { Theme } from "./theme";
import { tokenLabel } from "./tokens";
import type { HeatmapAxis, HeatmapView } from "./types";

/** Below this pitch only every 2nd, 4th, 8th tick is labelled. */
const TICK_PITCH = 14;
/** Labels that are not tokens may be longer: names of tasks. They are cut in the middle, as ends tell them apart too. */
const LONGEST = 24;
const BEGINNING = 13;
/** Turned labels: 48 degrees, under narrow columns 62. */
const TURNED = -48;
const STEEP = -62;
const STEEP_UNDER = 24;
/** Up to this many letter sizes a label is a number, which is never turned. */
const SHORT = 2.4;

/** What is written at a tick.
 *  @example axisLabel(view.x, 3) // "·France" */
export const axisLabel = ({ field, labels }: HeatmapAxis, index: number): string => {
  const label = labels[index] ?? "";
  if (field === "position") return tokenLabel(label);
  return label.length > LONGEST ? `${label.slice(0, BEGINNING)}…${label.slice(BEGINNING + 1 - LONGEST)}` : label;
};

/** What a read-out calls it: whole, and a token of nothing but signs in quotation marks.
 *  @example axisName(view.x, 4) // "“,”" */
export function axisName({ field, labels }: HeatmapAxis, index: number): string {
  const label = labels[index] ?? "";
  if (field !== "position") return label;
  const token = tokenLabel(label);
  return /^[\p{P}\p{S}]+$/u.test(label) ? `“${token}”` : token;
}

export const axisLabels = (axis: HeatmapAxis): string[] => axis.labels.map((_, index) => axisLabel(axis, index));

/** Degrees that x labels are turned by: 0 where they fit side by side. */
export function xAngle(view: HeatmapView, theme: Theme, size: Size, panels: number): number {
  const { tick } = theme.size;
  const widest = Math.max(...axisLabels(view.x).map((text) => textWidth(text, tick)));
  if (widest <= SHORT * tick) return 0;
  const pitch = Math.min(theme.cell.max, (size.width - tick * 6) / (panels * view.x.labels.length));
  if (widest + 6 <= pitch) return 0;
  return pitch < STEEP_UNDER && theme.medium === "screen" ? STEEP : TURNED;
}

/** On screen the font is the reader's own, and may be wider than the one that is measured. */
export const drawnWider = (theme: Theme): number => (theme.medium === "screen" ? 1.15 : 1);

/** What an axis' title takes along its axis. */
export const titleLength = (title: string, theme: Theme): number =>
  textWidth(title, theme.size.label) * drawnWider(theme) + theme.size.label * 0.5;

/** What turned labels take below the cells, and to the left of the first column. */
export function turnedRoom(view: HeatmapView, theme: Theme, angle: number): { down: number; left: number } {
  const { tick } = theme.size;
  const widest = Math.max(...axisLabels(view.x).map((text) => textWidth(text, tick))) * drawnWider(theme);
  const turn = (Math.abs(angle) * Math.PI) / 180;
  return { down: widest * Math.sin(turn) + tick * 0.5, left: widest * Math.cos(turn) };
}

/** Which labels are written: all, or every 2nd, 4th, 8th, and always the last.
 *  @example tickIndexes(16, 8) // [0, 2, 4, 6, 8, 10, 12, 15] */
export function tickIndexes(count: number, pitch: number): number[] {
  let every = 1;
  while (pitch * every < TICK_PITCH) every *= 2;
  const indexes = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  const last = count - 1;
  if (indexes.at(-1) === last) return indexes;
  // The last one takes the place of a neighbour that would touch it.
  return [...indexes.filter((index) => (last - index) * pitch >= TICK_PITCH), last];
}

/** Every label with its place. */
export function ticksOf(
  view: HeatmapView,
  theme: Theme,
  panels: readonly PanelBox[],
  pitch: number,
  { x0, x1, y0, y1 }: CellWindow,
  angle: number,
): Tick[] {
  const { tick } = theme.size;
  const widest = Math.max(...axisLabels(view.x).map((text) => textWidth(text, tick)));
  // Long labels need more room than a digit, unless they are turned.
  const xPitch = angle === 0 ? pitch * Math.min(1, TICK_PITCH / (widest + 4)) : pitch;
  return panels.flatMap((box, panel) => [
    ...tickIndexes(x1 - x0 + 1, xPitch).map(
      (at): Tick => ({
        panel,
        axis: "x",
        index: x0 + at,
        text: axisLabel(view.x, x0 + at),
        x: box.x + (at + 0.5) * pitch,
        y: box.y + box.height + (angle === 0 ? tick : tick * 0.6),
        anchor: angle === 0 ? "middle" : "end",
        angle,
      }),
    ),
    ...(box.showsY ? tickIndexes(y1 - y0 + 1, pitch) : []).map(
      (at): Tick => ({
        panel,
        axis: "y",
        index: y0 + at,
        text: axisLabel(view.y, y0 + at),
        angle: 0,
        x: box.x - tick * 0.64,
        y: box.y + (y1 - y0 + 0.5 - at) * pitch,
        anchor: "end",
      }),
    ),
  ]);
}
