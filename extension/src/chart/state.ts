/** What a reader has done to a chart: which values are selected and pinned, and where the next value lies. Pure. */
import type { ChartPoint, ChartView } from "patchbay/view";
import { readPins } from "../shell/state";
import type { Marks as ShellMarks } from "../shell/types";

export interface Target {
  readonly panel: number;
  readonly series: number;
  readonly x: number;
}
export type Pin = Target & { number: number };
export interface Marks extends ShellMarks<Target, Target> {
  /** The one that is drawn; null: all. */
  readonly panel: number | null;
}

export const NO_MARKS: Marks = { selection: [], pins: [], panel: null };

export const same = (a: Target | null, b: Target | null): boolean =>
  a === b || (a !== null && b !== null && a.panel === b.panel && a.series === b.series && a.x === b.x);

export const targetOf = ({ panel, series, x }: Target): Target => ({ panel, series, x });

/** The drawn values in the order of reading: panel by panel, along x, series by series. */
export function readingOrder(points: readonly ChartPoint[], panels: readonly number[]): Target[] {
  return points
    .filter((point) => point.value !== null && panels.includes(point.panel))
    .sort((a, b) => panels.indexOf(a.panel) - panels.indexOf(b.panel) || a.x - b.x || a.series - b.series)
    .map(targetOf);
}

export type Direction = "left" | "right" | "up" | "down" | "home" | "end" | "page-up" | "page-down";

/** The value that a key leads to: along x (at the end into the next panel), to another series of the same place, to an
 *  end, to another panel; the same value where there is none. `order` is that of `readingOrder`. */
export function step(order: readonly Target[], from: Target, direction: Direction): Target {
  const [first] = order;
  const last = order[order.length - 1];
  if (first === undefined || last === undefined) return from;
  const inPanel = order.filter(({ panel }) => panel === from.panel);
  const nearest = (some: readonly Target[]): Target | undefined =>
    [...some].sort((a, b) => Math.abs(a.series - from.series) - Math.abs(b.series - from.series))[0];
  const along = (by: -1 | 1): Target => {
    const beyond = inPanel.filter(({ x }) => (x - from.x) * by > 0);
    if (beyond.length > 0) {
      const next = by > 0 ? Math.min(...beyond.map(({ x }) => x)) : Math.max(...beyond.map(({ x }) => x));
      return nearest(beyond.filter(({ x }) => x === next)) ?? from;
    }
    return panelAt(by, by > 0 ? "first" : "last");
  };
  const panelAt = (by: -1 | 1, end: "first" | "last" | "same"): Target => {
    const panels = [...new Set(order.map(({ panel }) => panel))];
    const next = panels[panels.indexOf(from.panel) + by];
    if (next === undefined) return from;
    const there = order.filter(({ panel }) => panel === next);
    const xs = there.map(({ x }) => x);
    const x =
      end === "same" ? (xs.includes(from.x) ? from.x : xs[0]) : end === "first" ? Math.min(...xs) : Math.max(...xs);
    return nearest(there.filter((target) => target.x === x)) ?? from;
  };
  const beside = (by: -1 | 1): Target => {
    const here = inPanel.filter(({ x, series }) => x === from.x && (series - from.series) * by > 0);
    return here.sort((a, b) => (a.series - b.series) * by)[0] ?? from;
  };
  const ends = { left: along, right: along, up: beside, down: beside } as const;
  switch (direction) {
    case "left":
    case "up":
      return ends[direction](-1);
    case "right":
    case "down":
      return ends[direction](1);
    case "home":
      return inPanel[0] ?? from;
    case "end":
      return inPanel[inPanel.length - 1] ?? from;
    case "page-up":
      return panelAt(-1, "same");
    case "page-down":
      return panelAt(1, "same");
  }
}

/** Marks from outside (a notebook's metadata), keeping only what fits this chart. */
export function readMarks(value: unknown, view: ChartView): Marks {
  const whole = (n: unknown, below: number): boolean =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) < below;
  const read = (item: unknown): Target | null => {
    if (typeof item !== "object" || item === null) return null;
    const { panel, series, x } = item as Record<string, unknown>;
    const fits =
      whole(panel, view.panels.length) && whole(series, view.series.length) && whole(x, view.x.labels.length);
    return fits ? targetOf(item as Target) : null;
  };
  const { selection, pins, panel } = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return {
    selection: (Array.isArray(selection) ? selection : []).flatMap((item) => read(item) ?? []),
    pins: readPins(pins, read),
    panel: whole(panel, view.panels.length) ? (panel as number) : null,
  };
}
