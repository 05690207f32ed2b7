/** How a class looks: colour, glyph and fill, so that colour is never the only carrier. Families of classes differ by
 *  fill and by the line of their ellipses; more than eight colours repeat with another fill. */
import type { ScatterView } from "./scatter-types";
import type { Theme } from "./theme";

export type Fill = "filled" | "open" | "half";

export interface ClassLook {
  /** Into the theme's task colours. */
  colour: number;
  /** circle, square, triangle, diamond */
  glyph: number;
  fill: Fill;
}

const FILLS: readonly Fill[] = ["filled", "open", "half"];
export const GLYPH_NAMES = ["circle", "square", "triangle", "diamond"] as const;

/** Outlines around the middle; a unit is the radius of the circle, and areas are about alike. */
export const GLYPHS: readonly string[] = [
  "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z",
  "M-0.9,-0.9H0.9V0.9H-0.9Z",
  "M0,-1.2L1.15,0.85H-1.15Z",
  "M0,-1.3L1.3,0L0,1.3L-1.3,0Z",
];
/** The left halves, for classes that are half filled. */
export const HALVES: readonly string[] = [
  "M0,-1A1,1,0,0,0,0,1Z",
  "M-0.9,-0.9H0V0.9H-0.9Z",
  "M0,-1.2L0,0.85H-1.15Z",
  "M0,-1.3L0,1.3L-1.3,0Z",
];

/** Each family begins with a new fill, and takes the next one after its fourth class.
 *  @example classLooks(view)[0] // { colour: 0, glyph: 0, fill: "filled" } */
export function classLooks({ classes }: Pick<ScatterView, "classes">): ClassLook[] {
  const looks: ClassLook[] = new Array(classes.length);
  let slot = 0;
  let colour = 0;
  for (const { members } of families({ classes })) {
    slot = 4 * Math.ceil(slot / 4);
    for (const k of members) {
      looks[k] = { colour: colour % 8, glyph: slot % 4, fill: FILLS[Math.floor(slot / 4) % 3] };
      slot++;
      colour++;
    }
  }
  return looks;
}

/** Classes by family, in the order in which families first occur. */
export function families({ classes }: Pick<ScatterView, "classes">): { family: string | null; members: number[] }[] {
  const found = new Map<string | null, number[]>();
  for (const [k, { family }] of classes.entries()) found.set(family, [...(found.get(family) ?? []), k]);
  return [...found].map(([family, members]) => ({ family, members }));
}

/** Names for where the family stands beside them, or where room is scarce: `adjectives.noun` is `noun`, as long as no
 *  two become the same. */
export function shortNames({ classes }: Pick<ScatterView, "classes">): string[] {
  const short = classes.map(({ label, family }) =>
    family !== null && label.startsWith(`${family}.`) && label.length > family.length + 1
      ? label.slice(family.length + 1)
      : label,
  );
  return new Set(short).size === short.length ? short : classes.map(({ label }) => label);
}

/** In words, for legends and screen readers: "filled", "open, dashed ellipse". */
export const fillWords: Readonly<Record<Fill, string>> = {
  filled: "filled",
  open: "open, dashed ellipse",
  half: "half filled, dotted ellipse",
};

/** Dashes of a class's ellipse, by its fill. */
export const ELLIPSE_DASH: Readonly<Record<Fill, readonly number[]>> = { filled: [], open: [4, 3], half: [1.5, 2.5] };

export const classColour = (look: ClassLook, theme: Theme): string => theme.ramps.task[look.colour];
