/** Plain marks at fixed places, for what stands around a plot: titles, legend, bars in the margin.
 *  Absolute pixels of the whole picture; a spec moves them into its own frame. */

export interface TextMark {
  x: number;
  y: number;
  text: string;
  size: number;
  colour: string;
  weight: number;
  align: "left" | "center" | "right";
  /** Degrees, clockwise. */
  angle: number;
}
export interface RuleMark {
  x: number;
  y: number;
  x2: number;
  y2: number;
  colour: string;
  width: number;
  dash: boolean;
}
export interface RectMark {
  x: number;
  y: number;
  x2: number;
  y2: number;
  fill: string | null;
  stroke: string | null;
  width: number;
}
/** A path in the square -1..1, scaled to `side`. */
export interface ShapeMark {
  x: number;
  y: number;
  shape: string;
  side: number;
  fill: string | null;
  stroke: string | null;
  width: number;
  opacity: number;
}
export interface Marks {
  texts: TextMark[];
  rules: RuleMark[];
  rects: RectMark[];
  shapes: ShapeMark[];
}

export const noMarks = (): Marks => ({ texts: [], rules: [], rects: [], shapes: [] });

export const joinMarks = (all: readonly Marks[]): Marks => ({
  texts: all.flatMap((marks) => marks.texts),
  rules: all.flatMap((marks) => marks.rules),
  rects: all.flatMap((marks) => marks.rects),
  shapes: all.flatMap((marks) => marks.shapes),
});

/** A line of text; `middle` puts its middle, not its baseline, at y. */
export function text(
  x: number,
  y: number,
  words: string,
  look: { size: number; colour: string } & Partial<Pick<TextMark, "weight" | "align" | "angle">>,
): TextMark {
  return { x, y, text: words, weight: 400, align: "left", angle: 0, ...look };
}

/** 45 degree lines over the square -1..1, `lines` of them along one side; neighbouring squares continue each other
 *  when a whole number of lines fits, whatever the gap between them: `overlap` is side / pitch.
 *  @example hatchPath(5, 43 / 44) */
export function hatchPath(lines: number, overlap: number): string {
  // In units where the square's side is `overlap` of a pitch of 1, lines run along x + y = k / lines.
  const from = (1 - overlap) / 2;
  const to = (1 + overlap) / 2;
  const unit = (v: number) => Number((((v - 0.5) * 2) / overlap).toFixed(4));
  const parts: string[] = [];
  for (let k = 1; k < 2 * lines; k++) {
    const sum = k / lines;
    const x1 = Math.max(from, sum - to);
    const x2 = Math.min(to, sum - from);
    if (x2 - x1 > 1e-6) parts.push(`M${unit(x1)},${unit(sum - x1)}L${unit(x2)},${unit(sum - x2)}`);
  }
  return parts.join("");
}

export const CROSS = "M-1,-1L1,1M-1,1L1,-1";
export const BAR = "M-1,0L1,0";
const CIRCLE = "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z";
const LEFT_HALF = "M0,-1A1,1,0,0,0,0,1Z";

/** A training stage's glyph: ring (base), half disc (SFT), disc (DPO). */
export function stageGlyph(
  stage: "base" | "sft" | "dpo",
  x: number,
  y: number,
  radius: number,
  colour: string,
): ShapeMark[] {
  const stroke = Math.max(1, radius / 3);
  const glyph = (shape: string, fill: string | null): ShapeMark => ({
    x,
    y,
    shape,
    side: 2 * radius - stroke,
    fill,
    stroke: colour,
    width: stroke,
    opacity: 1,
  });
  if (stage === "base") return [glyph(CIRCLE, null)];
  if (stage === "sft") return [glyph(CIRCLE, null), { ...glyph(LEFT_HALF, colour), width: 0 }];
  return [glyph(CIRCLE, colour)];
}

export const stageColour = (stage: "base" | "sft" | "dpo", colours: readonly string[]): string =>
  colours[["base", "sft", "dpo"].indexOf(stage)];
