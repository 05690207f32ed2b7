/** What a widget hears: keys, the focus that comes and goes, the theme, its own size. Each function takes its listeners
 *  off again by what it returns. */
import type { Theme } from "patchbay/view";
import { onThemeChange, themeAt } from "../theme";

/** A theme's name changes before its styles have come; by then they have. */
const SETTLE_MS = 250;

export interface FocusActs {
  key(event: KeyboardEvent): void;
  /** Somebody focused the widget itself: the stage takes over. */
  focus(): void;
  entered(byKeys: boolean): void;
  left(): void;
}

export function listenToFocus(root: HTMLElement, stage: HTMLElement, acts: FocusActs): () => void {
  const stops: (() => void)[] = [];
  const on = <K extends keyof HTMLElementEventMap>(
    node: HTMLElement,
    name: K,
    act: (event: HTMLElementEventMap[K]) => void,
  ) => {
    node.addEventListener(name, act);
    stops.push(() => node.removeEventListener(name, act));
  };
  on(root, "keydown", (event) => acts.key(event));
  const first = (event: KeyboardEvent) => {
    const { target, key } = event;
    if (key !== "Enter" || !(target instanceof HTMLElement) || !root.contains(target)) return;
    // A console takes Enter for its prompt before anything inside it hears of it.
    if (!root.closest(".jp-CodeConsole")) return;
    if (target === stage) acts.key(event);
    // Buttons are pressed and fields submit their form all the same.
    event.stopPropagation();
  };
  window.addEventListener("keydown", first, true);
  stops.push(() => window.removeEventListener("keydown", first, true));
  on(root, "focus", () => acts.focus());
  on(stage, "focus", () => acts.entered(stage.matches(":focus-visible")));
  on(stage, "blur", () => acts.left());
  return () => {
    for (const stop of stops) stop();
  };
}

/** Calls back with the new theme, and again once its styles have come. */
export function watchTheme(root: HTMLElement, changed: (theme: Theme) => void): () => void {
  let later: ReturnType<typeof setTimeout> | null = null;
  const stop = onThemeChange(() => {
    changed(themeAt(root));
    if (later !== null) clearTimeout(later);
    later = setTimeout(() => {
      later = null;
      if (root.isConnected) changed(themeAt(root));
    }, SETTLE_MS);
  });
  return () => {
    stop();
    if (later !== null) clearTimeout(later);
  };
}

export function watchSize(node: HTMLElement, changed: () => void): () => void {
  const observer = new ResizeObserver(changed);
  observer.observe(node);
  return () => observer.disconnect();
}
