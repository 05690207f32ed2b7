/** Colour arithmetic for ramps and for the ink on them. WCAG 2.2's relative luminance and contrast ratio. */

export type Rgb = readonly [number, number, number];

/** `#rrggbb` to 0..255 each. */
export function parseHex(hex: string): Rgb {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255];
}

export const toHex = (rgb: Rgb): string =>
  `#${rgb
    .map((c) =>
      Math.round(Math.min(255, Math.max(0, c)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

/** The ramp's colour at `t` in 0..1, linear in sRGB between stops (as Vega's `interpolate: "rgb"`). */
export function rampColour(stops: readonly string[], t: number): string {
  const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(at));
  const from = parseHex(stops[below]);
  const to = parseHex(stops[below + 1]);
  const share = at - below;
  return toHex([0, 1, 2].map((c) => from[c] + (to[c] - from[c]) * share) as unknown as Rgb);
}

/** Relative luminance, 0 to 1. */
export function luminance(hex: string): number {
  const [r, g, b] = parseHex(hex).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

/** Black or white, whichever is read better on `background`. */
export const inkOn = (background: string): "#000000" | "#ffffff" =>
  contrast(background, "#000000") >= contrast(background, "#ffffff") ? "#000000" : "#ffffff";
