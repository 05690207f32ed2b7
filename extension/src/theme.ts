/** The theme to draw in: Patchbay's ramps for light, dark or high contrast, with the chrome, font and sizes that
 *  JupyterLab's theme has at this place. One observer serves all widgets of the page. */
import { palettes, type Theme, type ThemeName, themes } from "patchbay/view";
import { preferences } from "./settings/preferences";

type Listener = () => void;
const listeners = new Set<Listener>();
let observer: MutationObserver | null = null;
const contrast = () => window.matchMedia("(prefers-contrast: more)");
const notify = () => {
  for (const listener of [...listeners]) listener();
};

/** Calls back when JupyterLab's theme or font size, or the system's wish for contrast, changes. */
export function onThemeChange(listener: Listener): () => void {
  listeners.add(listener);
  if (!observer) {
    observer = new MutationObserver(notify);
    observer.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "data-pb-palette"],
    });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
    contrast().addEventListener("change", notify);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    observer?.disconnect();
    observer = null;
    contrast().removeEventListener("change", notify);
  };
}

export function themeName(light: boolean, highContrast: boolean): ThemeName {
  if (highContrast) return light ? "hc-light" : "hc-dark";
  return light ? "light" : "dark";
}

/** `rgb(1, 2, 3)` or `color(srgb 0.1 0.2 0.3)`, as browsers compute colours, to `#rrggbb`; null for anything else. */
export function hex(computed: string): string | null {
  const numbers = (computed.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).slice(0, 3).map(Number);
  if (numbers.length < 3) return null;
  const scale = computed.startsWith("color(srgb") ? 255 : computed.startsWith("rgb") ? 1 : 0;
  if (scale === 0) return null;
  const two = (n: number) =>
    Math.round(Math.min(255, Math.max(0, n * scale)))
      .toString(16)
      .padStart(2, "0");
  return `#${numbers.map(two).join("")}`;
}

/** The theme as seen by `node`, which must be in the document. */
export function themeAt(node: Element): Theme {
  const { jpThemeLight, jpThemeName = "" } = document.body.dataset;
  const base = themes[themeName(jpThemeLight !== "false", jpThemeName.endsWith("High Contrast") || contrast().matches)];
  const probe = document.createElement("span");
  node.append(probe);
  const computed = getComputedStyle(probe);
  const colour = (token: string, otherwise: string) => {
    probe.style.color = `var(${token})`;
    return hex(computed.color) ?? otherwise;
  };
  const size = (token: string, otherwise: number) => {
    probe.style.fontSize = `var(${token})`;
    return Number.parseFloat(computed.fontSize) || otherwise;
  };
  probe.style.fontFamily = "var(--pb-font)";
  const theme: Theme = {
    ...base,
    ramps: { ...base.ramps, diverging: palettes[preferences().palette][base.brightness] },
    font: computed.fontFamily || base.font,
    size: {
      ...base.size,
      title: size("--pb-text-title", base.size.title),
      body: size("--pb-text-body", base.size.body),
      label: size("--pb-text-label", base.size.label),
      tick: size("--pb-text-tick", base.size.tick),
    },
    colour: {
      surface: colour("--pb-surface", base.colour.surface),
      text: colour("--pb-text", base.colour.text),
      text2: colour("--pb-text-2", base.colour.text2),
      ink: colour("--pb-ink", base.colour.ink),
      line: colour("--pb-line", base.colour.line),
      lineStrong: colour("--pb-line-strong", base.colour.lineStrong),
    },
  };
  probe.remove();
  return theme;
}

/** What exported figures are drawn in: white paper, the reader's palette. */
export const printTheme = (): Theme => ({
  ...themes.print,
  ramps: { ...themes.print.ramps, diverging: palettes[preferences().palette].light },
});
