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
