/** What is written about a path graph's lattice: layers beside the rows; below the columns kept paths as bars, their
 *  number, the share of all paths from there, and the tokens. Pure. */
import { unpack } from "../result/pack";
import { compact, count, plain } from "./format";
import { columnLabel, rowPlace } from "./paths-lattice";
import type { PathBar, PathLabel, PathWindow } from "./paths-layout";
import type { PathsView } from "./paths-types";

/** Room left of the lattice, and for the tallest bar below it. */
export const LEFT = 62;
export const BAR = 40;
/** Least distance between two layers' labels, and between two tokens'. */
const LABEL_PITCH = 14;
const TOKEN_PITCH = 11;
/** Width of a digit in the size of ticks. */
const DIGIT = 6.2;

export function label(
  x: number,
  y: number,
  text: string,
  role: PathLabel["role"],
  more: Partial<Pick<PathLabel, "anchor" | "angle" | "bold" | "of">> = {},
): PathLabel {
  return { x, y, text, role, anchor: "middle", angle: 0, bold: false, of: null, ...more };
}

/** "embed", then the layers; every 2nd, 4th, 8th where the pitch is under 14 px, and always the last. */
export function layerLabels(
  view: PathsView,
  { r0, r1 }: PathWindow,
  { left, row, y }: { left: number; row: number; y: (boundary: number) => number },
): PathLabel[] {
  const end = left - 10;
  const every = [1, 2, 4, 8, 16, 32, 64].find((step) => step * row >= LABEL_PITCH) ?? 128;
  const labels: PathLabel[] = [];
  // What lies below a part of the lattice is the layer before it.
  if (r0 === 0) labels.push(label(end, y(0) + 4, "embed", "layer", { anchor: "end", of: -1 }));
  else if (row >= LABEL_PITCH)
    labels.push(label(end, y(r0) + 4, rowPlace(view, r0 - 1), "layer", { anchor: "end", of: r0 - 1 }));
  for (let at = r0; at <= r1; at++) {
    const shown = at === r1 || (at % every === 0 && (r1 - at) * row >= LABEL_PITCH);
    // The lowest layer's label must not touch "embed".
    if (shown && (at > 0 || row >= LABEL_PITCH))
      labels.push(label(end, y(at + 1) + 4, rowPlace(view, at), "layer", { anchor: "end", of: at }));
  }
  const words = view.lattice?.rows.some(({ from, to }) => from < to) ? "after layers" : "after layer";
  labels.push(label(left - LEFT + 13, (y(r0) + y(r1 + 1)) / 2, words, "axis", { angle: -90 }));
  return labels;
}

/** Below the columns: kept paths as bars, the number, and the share of all paths from there. */
export function sourceRows(
  view: PathsView,
  {
    left,
    x,
    column,
    top,
    window,
  }: { left: number; x: (position: number) => number; column: number; top: number; window: PathWindow },
): { bars: PathBar[]; labels: PathLabel[]; bottom: number } {
  const [kept, total] = [unpack(view.highRanking), unpack(view.totalPaths)];
  const most = Math.max(1, ...Array.from(kept));
  const strong = (position: number) => position === view.instructionEnd;
  const seen = view.sources.flatMap((position, s) =>
    position >= window.c0 && position <= window.c1 ? [{ position, kept: kept[s], total: total[s] }] : [],
  );
  const width = Math.min(16, column * 0.6);
  const bars = seen.flatMap(({ position, kept: k }): PathBar[] => {
    if (k === 0) return [];
    const height = Math.max(1, (BAR * k) / most);
    return [{ position, x: x(position) - width / 2, y: top, width, height, strong: strong(position) }];
  });
  const [numbers, shares] = [top + BAR + 15, top + BAR + 30];
  // Numbers stand where there is room for them; where not, the bars alone.
  const shareOf = (k: number, all: number) => (k === 0 || all === 0 ? "–" : percent(k / all));
  const lengthOf = (write: (n: number) => string) =>
    seen.reduce((n, s) => Math.max(n, write(s.kept).length, shareOf(s.kept, s.total).length), 1);
  const everyOf = (write: (n: number) => string) => Math.max(1, Math.ceil((DIGIT * lengthOf(write) + 5) / column));
  // In full where each column has the room for it.
  const written = everyOf(count) === 1 ? count : compact;
  const every = everyOf(written);
  const near = (position: number) =>
    view.instructionEnd !== null &&
    position !== view.instructionEnd &&
    Math.abs(position - view.instructionEnd) < every;
  const labels = seen.flatMap(({ position, kept: k, total: all }): PathLabel[] => {
    if (every > 1 && !strong(position) && (position % every !== 0 || near(position))) return [];
    const bold = strong(position);
    // The first ones keep off the names of the rows.
    const beside = (text: string) => Math.max(x(position), left - 6 + (DIGIT * text.length) / 2);
    const [number, share] = [written(k), shareOf(k, all)];
    return [
      label(beside(number), numbers, number, "count", { bold }),
      label(beside(share), shares, share, "share", { bold }),
    ];
  });
  return {
    bars,
    labels: [
      ...labels,
      label(left - 10, top + 10, "kept", "row", { anchor: "end" }),
      label(left - 10, top + 23, "paths", "row", { anchor: "end" }),
      label(left - 10, shares, "% of all", "row", { anchor: "end" }),
    ],
    bottom: shares + 10,
  };
}

/** A share of paths in per cent: whole, below one with a digit that is not 0. */
function percent(share: number): string {
  const per = 100 * share;
  if (per >= 0.95) return plain(per, 0);
  return per >= 0.05 ? plain(per, 1) : "<0.1";
}

/** Turned -48 degrees, -62 where columns are narrow, ending at the column; every 2nd, 3rd ... where they would touch. */
export function tokenLabels(
  view: PathsView,
  x: (position: number) => number,
  { column, top, window: { c0, c1 } }: { column: number; top: number; window: PathWindow },
): PathLabel[] {
  const angle = column < 24 ? -62 : -48;
  const every = Math.max(1, Math.ceil(TOKEN_PITCH / column));
  const inst = view.instructionEnd;
  const labels: PathLabel[] = [];
  for (let position = c0; position <= c1; position++) {
    const bold = position === inst;
    if (!bold && every > 1 && (position % every !== 0 || (inst !== null && Math.abs(position - inst) < every)))
      continue;
    const words = columnLabel(view, position);
    labels.push(label(x(position) + 4, top + 8, words, "token", { anchor: "end", angle, bold, of: position }));
  }
  return labels;
}

/** Characters of the code font that a label takes; ideographs and emoji take two. */
export const cells = (text: string): number =>
  [...text].reduce(
    (n, c) =>
      n +
      (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u.test(c)
        ? 2
        : 1),
    0,
  );
