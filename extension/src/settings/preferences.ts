/** What the reader has chosen in the settings, for all widgets of the page; defaults where there are no settings. They
 *  stand on the page's body, so that styles and themes see them. */
import { type PaletteName, palettes, type View } from "patchbay/view";

export interface Preferences {
  palette: PaletteName;
  /** Decimals in the read-out; 0: as the measure has them. */
  decimals: number;
  /** Device that the workbench asks for. */
  device: string;
  reducedMotion: boolean;
}

const DEFAULTS: Preferences = { palette: "blue-orange", decimals: 0, device: "auto", reducedMotion: false };
let current = DEFAULTS;
const listeners = new Set<() => void>();

export const preferences = (): Preferences => current;

/** Takes what the settings hold; a value that is none of ours is left at its default. */
export function setPreferences(given: Partial<Record<keyof Preferences, unknown>>): void {
  const { palette, decimals, device, reducedMotion } = given;
  current = {
    palette:
      typeof palette === "string" && Object.hasOwn(palettes, palette) ? (palette as PaletteName) : DEFAULTS.palette,
    decimals: Number.isInteger(decimals) ? Math.min(6, Math.max(0, decimals as number)) : DEFAULTS.decimals,
    device: typeof device === "string" ? device : DEFAULTS.device,
    reducedMotion: reducedMotion === true,
  };
  document.body.dataset.pbPalette = current.palette;
  document.body.dataset.pbMotion = current.reducedMotion ? "reduced" : "full";
  for (const listener of [...listeners]) listener();
}

/** Calls back when a preference changes; the returned function ends that. */
export function onPreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The system's wish, or the setting. */
export const reducedMotion = (): boolean =>
  current.reducedMotion || window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The view with the decimals that the reader wants to read. */
export function withDecimals(view: View): View {
  const { decimals } = current;
  if (decimals === 0 || view.kind !== "heatmap") return view;
  return {
    ...view,
    metrics: view.metrics.map((metric) => ({ ...metric, digits: { ...metric.digits, readout: decimals } })),
  };
}
