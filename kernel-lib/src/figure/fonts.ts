/** Arimo, whose letters are as wide as Helvetica's, in the weights that figures use. It is always given by file:
 *  a renderer that is left to look for fonts draws nothing where it finds none. */
import { createRequire } from "node:module";
import path from "node:path";

/** CSS font-family of every exported figure: no system font comes before Arimo. */
export const FIGURE_FONT = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";

const WEIGHTS = { 400: "400Regular", 500: "500Medium", 600: "600SemiBold", 700: "700Bold" } as const;

/** Absolute path of the .ttf of a weight. */
export function fontFile(weight: keyof typeof WEIGHTS): string {
  const folder = path.dirname(createRequire(__filename).resolve("@expo-google-fonts/arimo/package.json"));
  return path.join(folder, WEIGHTS[weight], `Arimo_${WEIGHTS[weight]}.ttf`);
}

export const allFontFiles = (): string[] => ([400, 500, 600, 700] as const).map(fontFile);

/** What Arimo has no glyph for, in all its weights: outside Latin, Greek, Cyrillic, Hebrew, and common signs. */
const NO_GLYPH =
  /[^\u0020-\u007e\u00a0-\u0377\u038e-\u03a1\u03a3-\u052f\u05d0-\u05ea\u1e00-\u1ef9\u2010-\u2027\u202f-\u205e\u2070\u2071\u2074-\u208e\u20a0-\u20be\u2190-\u2195\u2212\u221e\u2248\u2260\u2264\u2265]/gu;

/** The texts of an SVG with every character that would vanish named instead, as `[U+6771]`: renderers draw nothing
 *  for a missing glyph and say nothing. */
export const withoutMissingGlyphs = (svg: string): string =>
  svg.replace(/>([^<]+)</g, (_, text: string) => `>${text.replace(NO_GLYPH, named)}<`);

const named = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
