/** Prompts and labels as one line of plain text: what is invisible gets a sign, what could turn the line around a
 *  name. */
import { tokenParts } from "./tokens";

/** The text in full, or cut at its end to `most` letters.
 *  @example promptText("Give the noun.\n", 40) // "Give the noun.⏎" */
export function promptText(text: string, most: number = Number.POSITIVE_INFINITY): string {
  // Cut before it is looked at letter by letter: a prompt may be thousands of characters long.
  const near = Number.isFinite(most) ? text.slice(0, 4 * most + 8) : text;
  const shown = near === "" ? "(empty)" : tokenParts(near).map(piece).join("");
  const letters = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(shown)].map((g) => g.segment);
  if (letters.length <= most && near.length === text.length) return shown;
  return `${letters
    .slice(0, most - 1)
    .join("")
    .trimEnd()}…`;
}

/** Between words a space is a space. */
const piece = ({ kind, text }: ReturnType<typeof tokenParts>[number]): string =>
  kind === "box" ? `[${text}]` : kind === "sign" ? text.replaceAll("·", " ") : text;
