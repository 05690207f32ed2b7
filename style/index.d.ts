/** How Patchbay looks, as data. */
export type ThemeName = "light" | "dark" | "hc-light" | "hc-dark" | "print";

export interface Theme {
  name: ThemeName;
  medium: "screen" | "print";
  /** Which set of ramps: in dark, zero is dark and "more" is light. */
  brightness: "light" | "dark";
  /** CSS font-family. */
  font: string;
  /** CSS pixels at 96 per inch. */
  size: { title: number; body: number; label: number; tick: number; letter: number };
  colour: { surface: string; text: string; text2: string; ink: string; line: string; lineStrong: string };
  /** Cell pitch: least, most; from which on values are written and minus bars drawn; gap between cells. */
  cell: { min: number; max: number; value: number; minus: number; gap: number; outline: string | null };
  hatch: { pitch: number; width: number; alpha: number };
  line: { axis: number; minus: number };
  ramps: {
    /** 17 stops, centre 0. */
    diverging: readonly string[];
    /** 9 stops, low to high. */
    sequential: readonly string[];
    /** Best answer rank, 5 classes, best first. */
    rank: readonly string[];
    /** 8 tasks. */
    task: readonly string[];
    /** base, SFT, DPO. */
    stage: readonly string[];
    /** 6 pins; `onPin` is the numeral's colour. */
    pin: readonly string[];
    onPin: string;
  };
}

export declare const themes: Readonly<Record<ThemeName, Theme>>;
/** Diverging ramps to choose from: 17 stops, centre 0; the first is what themes hold. */
export type PaletteName = "blue-orange" | "purple-green";
export declare const palettes: Readonly<
  Record<PaletteName, { readonly light: readonly string[]; readonly dark: readonly string[] }>
>;
/** Inches. */
export declare const journal: Readonly<Record<"single-column" | "double-column", number>>;
