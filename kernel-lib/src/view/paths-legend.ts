/** The legend of a path graph: best rank by colour, paths by width, in one row, two or three, as the room allows. Pure. */
import { compact, count, textWidth } from "./format";

export interface PathsLegend {
  /** Upper edge, and how high it is. */
  y: number;
  height: number;
  /** Room that it fills. */
  width: number;
  /** Classes of best rank with their words, and sizes of the width's legend. */
  ranks: readonly string[];
  widths: readonly { paths: number; width: number }[];
  /** What is written; `x` and `y` count from the picture's corner. */
  texts: readonly { x: number; y: number; text: string; anchor: "start" | "middle" }[];
  /** A class of rank, by its number. */
  swatches: readonly { x: number; y: number; width: number; rankClass: number }[];
  /** A hop's width. */
  lines: readonly { x1: number; x2: number; y: number; width: number }[];
}

/** On screen the font is the reader's own, and may be a fifth wider than the one that is measured. */
const WIDER = 1.2;
const SIZE = 11;
const MARGIN = 12;
/** Least and most width of a swatch; the least in one row with the widths, where there is a choice. */
const [LEAST, MOST, EASY] = [28, 50, 36];
const GAP = 3;
const LINE = 26;
const ROW = 19;
/** From here on numbers are shortened: they are round ones, but for the largest. */
const LONG = 10_000;

const wide = (text: string) => textWidth(text, SIZE) * WIDER;
const sizeWords = (paths: number) => (paths >= LONG ? compact(paths) : count(paths));

/** @param room most width */
export function legendOf(
  ranks: readonly string[],
  widths: PathsLegend["widths"],
  { y, room }: { y: number; room: number },
): PathsLegend {
  const [rankTitle, pathTitle] = ["best answer rank", "paths per edge"];
  const start = Math.round(MARGIN + wide(rankTitle) + 8);
  const item = Math.round(LINE + 8 + Math.max(...widths.map(({ paths }) => wide(sizeWords(paths)))) + 10);
  const titled = Math.round(wide(pathTitle) + 8);
  const oneRow = room - start - 24 - (titled + widths.length * item) - MARGIN;
  const widest = Math.max(LEAST, ...ranks.map((name) => Math.ceil(wide(name)) + 2));
  const beside = oneRow / ranks.length - GAP >= Math.max(EASY, widest);
  // The title above its colours where these would not fit beside it.
  const above = !beside && (room - start - MARGIN) / ranks.length - GAP < widest;
  const first = above ? MARGIN : start;
  // Upper bounds alone where not even that is enough.
  const bare = above && (room - 2 * MARGIN) / ranks.length - GAP < widest;
  const step = Math.floor(
    Math.max(LEAST, Math.min(Math.max(MOST, widest), (beside ? oneRow : room - first - MARGIN) / ranks.length - GAP)),
  );
  const top = above ? y + ROW : y;
  const texts: PathsLegend["texts"][number][] = [{ x: MARGIN, y: y + 8, text: rankTitle, anchor: "start" }];
  const swatches = ranks.map((name, rankClass) => {
    const x = first + rankClass * (step + GAP);
    const text = bare ? name.replace(/^.*–/, "≤ ") : name;
    texts.push({ x: x + step / 2, y: top + 21, text, anchor: "middle" });
    return { x, y: top, width: step, rankClass };
  });
  const left = beside ? start + ranks.length * (step + GAP) + 24 : MARGIN;
  const line = beside ? top + 8 : top + 38;
  texts.push({ x: left, y: line, text: pathTitle, anchor: "start" });
  // The sizes below their title where they would not fit beside it.
  const below = left + titled + widths.length * item > room;
  const [from, at] = below ? [left, line + ROW - 3] : [left + titled, line];
  const lines = widths.map(({ paths, width }, n) => {
    const x = from + n * item;
    texts.push({ x: x + LINE + 4, y: at, text: sizeWords(paths), anchor: "start" });
    return { x1: x, x2: x + LINE, y: at - 4, width };
  });
  return { y, height: at + 14 - y, width: room, ranks, widths, texts, swatches, lines };
}

/** Three widths to compare with: the widest hop's, and two round numbers below it. */
export function legendSizes(most: number): number[] {
  const round = (value: number) => Math.max(1, Number(value.toPrecision(1)));
  return [...new Set([round(0.05 * most), round(0.35 * most), most])].filter((paths) => paths <= most);
}
