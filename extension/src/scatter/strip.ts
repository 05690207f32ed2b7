/** The layer slider below the plot: a bar of accuracy for each layer of the model, the control's accuracy as a dashed
 *  line across it, dotted outlines where nothing was asked. `stripOf` is pure; `stripNodes` makes the SVG. */
import { frameOf, plain, probeOf, type ScatterOptions, type ScatterView, type Theme } from "patchbay/view";
import { svg } from "../dom";

export interface StripBar {
  layer: number;
  /** Of the whole column. */
  x: number;
  width: number;
  /** `bar`: drawn; `pending`: asked, still to come; `absent`: not asked. */
  kind: "bar" | "pending" | "absent";
  /** Shares of the full height; null without a probe. */
  accuracy: number | null;
  control: number | null;
  chosen: boolean;
}

export interface Strip {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Top and height of a full bar. */
  top: number;
  full: number;
  bars: readonly StripBar[];
  labels: readonly { x: number; text: string; chosen: boolean }[];
  /** What stands left of the bars; empty where there is no room. */
  names: readonly [string, string];
  /** What the dashes are, at the right; empty where there is no room. */
  note: string;
}

export const STRIP_HEIGHT = 64;
const FULL = 30;
const TOP = 10;
/** Room for names on the left, and for the note on the right. */
const NAMES = 84;
const NOTE = 116;
const WIDEST = 44;
const LABEL_PITCH = 18;

/** The strip of a view in a row of `width`, from `y` down. */
export function stripOf(
  view: ScatterView,
  { site, method, layer: chosen }: ScatterOptions,
  at: { y: number; width: number },
): Strip {
  const probed = view.probes.length > 0;
  const roomy = at.width >= 420;
  const x = roomy ? NAMES : 12;
  const room = at.width - x - (roomy && probed ? NOTE : 12);
  const step = Math.min(WIDEST, room / view.modelLayers);
  const bars = Array.from({ length: view.modelLayers }, (_, layer): StripBar => {
    const asked = view.layers.includes(layer);
    const there = frameOf(view, { site, method, layer }) !== null;
    const probe = probeOf(view, { site, layer });
    return {
      layer,
      x: x + layer * step,
      width: step,
      kind: there ? "bar" : asked ? "pending" : "absent",
      accuracy: probe?.accuracy ?? null,
      control: probe?.control ?? null,
      chosen: layer === chosen,
    };
  });
  let every = 1;
  while (step * every < LABEL_PITCH) every *= 2;
  const last = view.modelLayers - 1;
  const labels = bars
    .filter(
      ({ layer }) =>
        layer === chosen ||
        layer === last ||
        (layer % every === 0 && (last - layer) * step >= LABEL_PITCH && Math.abs(layer - chosen) * step >= LABEL_PITCH),
    )
    .filter(({ layer }) => layer === chosen || Math.abs(layer - chosen) * step >= LABEL_PITCH)
    .map((bar) => ({ x: bar.x + bar.width / 2, text: String(bar.layer), chosen: bar.chosen }));
  return {
    x,
    y: at.y,
    width: step * view.modelLayers,
    height: STRIP_HEIGHT,
    top: at.y + TOP,
    full: FULL,
    bars,
    labels,
    names: roomy ? [probed ? "Accuracy" : "", probed ? "at layer" : "Layer"] : ["", ""],
    note: roomy && probed ? "shuffled labels" : "",
  };
}

/** The layer under a pixel of the strip; null beside it. Only layers that were asked for can be chosen. */
export function layerAt(strip: Strip, x: number, y: number): number | null {
  if (y < strip.y || y > strip.y + strip.height || x < strip.x - 4 || x > strip.x + strip.width + 4) return null;
  const found = strip.bars.find((bar) => x < bar.x + bar.width) ?? strip.bars.at(-1);
  return found && found.kind !== "absent" ? found.layer : null;
}

/** Height of digits, and what keeps them clear of a line and of a bar's ends. */
const DIGITS = 8.5;
const CLEAR = 2;

/** Where a bar's number stands, in pixels from the bar's foot up to the number's: in the bar where there is room, never on
 *  the line of the shuffled labels. */
export function accuracyPlace(bar: number, line: number | null): { up: number; inside: boolean } {
  const free = (up: number) => line === null || line <= up - CLEAR || line >= up + DIGITS + CLEAR;
  const inside = [bar - DIGITS - 3.5, 3, (line ?? 0) + CLEAR];
  const up = inside.find((foot) => foot >= CLEAR && foot + DIGITS + 0.5 <= bar && free(foot));
  if (up !== undefined) return { up, inside: true };
  const above = bar + 2.5;
  return { up: free(above) ? above : (line ?? 0) + 3, inside: false };
}

export function stripNodes(strip: Strip, theme: Theme, width: number): SVGElement[] {
  const { top, full } = strip;
  const { text, text2, line, lineStrong, surface } = theme.colour;
  const { tick, label } = theme.size;
  const bottom = top + full;
  const nodes: SVGElement[] = [
    svg("line", { x1: 0, x2: width, y1: strip.y + 0.5, y2: strip.y + 0.5, stroke: line, "stroke-width": 1 }),
  ];
  const write = (words: string, x: number, y: number, look: Record<string, string | number>) =>
    nodes.push(svg("text", { x, y, "font-size": tick, fill: text2, ...look }, words));
  if (strip.names[0]) write(strip.names[0], 12, top + 14, { "font-size": label, fill: text });
  if (strip.names[1]) write(strip.names[1], 12, bottom + 15, { "font-size": label });
  for (const bar of strip.bars) {
    const inner = Math.max(1, bar.width - Math.min(6, bar.width * 0.2));
    const x = bar.x + (bar.width - inner) / 2;
    if (bar.kind !== "bar") {
      nodes.push(
        bar.kind === "pending"
          ? svg("rect", { x: x + inner / 2 - 1, y: bottom - 3, width: 2, height: 2, fill: lineStrong })
          : svg("rect", {
              x: x + 0.5,
              y: top + 0.5,
              width: Math.max(0.5, inner - 1),
              height: full - 1,
              fill: "none",
              stroke: lineStrong,
              "stroke-width": 0.75,
              "stroke-dasharray": "2 3",
            }),
      );
      continue;
    }
    const height = Math.max(2, full * (bar.accuracy ?? 1));
    nodes.push(
      svg("rect", {
        class: "pb-strip-bar",
        "data-layer": bar.layer,
        x,
        y: bottom - height,
        width: inner,
        height,
        fill: bar.chosen ? text : lineStrong,
      }),
    );
    if (bar.control !== null) {
      const y = bottom - full * bar.control;
      const ends = { x1: bar.x, x2: bar.x + bar.width, y1: y, y2: y };
      nodes.push(svg("line", { ...ends, stroke: surface, "stroke-width": 2.5 }));
      nodes.push(svg("line", { ...ends, stroke: text, "stroke-width": 1, "stroke-dasharray": "3 2" }));
    }
    if (bar.accuracy !== null && inner >= 28) {
      const place = accuracyPlace(height, bar.control === null ? null : full * bar.control);
      write(plain(bar.accuracy, 2), x + inner / 2, bottom - place.up, {
        class: "pb-strip-accuracy",
        "text-anchor": "middle",
        "font-weight": 500,
        fill: place.inside ? surface : text,
      });
    }
  }
  for (const mark of strip.labels)
    write(mark.text, mark.x, bottom + 15, {
      "text-anchor": "middle",
      "font-weight": mark.chosen ? 600 : 400,
      fill: mark.chosen ? text : text2,
    });
  const chosen = strip.bars.find((bar) => bar.chosen);
  if (chosen)
    nodes.push(
      svg("rect", {
        class: "pb-strip-chosen",
        x: chosen.x - 0.5,
        y: top - 4,
        width: chosen.width + 1,
        height: full + 8,
        rx: 3,
      }),
    );
  if (strip.note && chosen?.control != null) {
    const x = strip.x + strip.width + 10;
    write(strip.note, x, bottom - 12, {});
    write(plain(chosen.control, 2), x, bottom + 1, {});
  }
  return nodes;
}
