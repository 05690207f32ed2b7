/** Everything that moves over a chart, as one SVG above the picture: hover, linked places, selection, pins, keyboard
 *  cursor, matches. Hovering changes only this, never the picture. */
import {
  type ChartLayout,
  type ChartPoint,
  type ChartView,
  chartRect,
  chartX,
  type Rect,
  type Theme,
} from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import type { Marks } from "./state";

export interface OverlayScene {
  view: ChartView;
  layout: ChartLayout;
  theme: Theme;
  marks: Marks;
  pointOf(target: Marks["selection"][number] | null): ChartPoint | null;
  hover: Marks["selection"][number] | null;
  /** null while the widget has no keyboard focus. */
  cursor: Marks["selection"][number] | null;
  linked: readonly { panel: number; x: number }[];
  matches: Marks["selection"];
}

/** Pixels outside the mark's edge. */
const OUTSET = { match: 1, hover: 1.5, selection: 2.5, pin: 3.5, cursor: 5.5 };

export class Overlay {
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" });

  update(scene: OverlayScene): void {
    const { view, layout, marks, theme } = scene;
    const nodes: SVGElement[] = [];
    const rectOf = (target: Marks["selection"][number] | null): Rect | null => {
      const point = scene.pointOf(target);
      return point && chartRect(view, layout, point);
    };
    for (const { panel, x } of scene.linked) {
      const box = layout.boxes.find((b) => b.panel === panel);
      if (!box) continue;
      const [left, right] = [chartX(box, x - 0.5), chartX(box, x + 0.5)];
      nodes.push(...frame("linked", { x: left, y: box.y, width: right - left, height: box.height }));
    }
    if (scene.hover) {
      const box = layout.boxes.find((b) => b.panel === scene.hover?.panel);
      const x = box && chartX(box, scene.hover.x);
      if (box && view.mark === "lines")
        nodes.push(svg("line", { class: "pb-chart-rule", x1: x, x2: x, y1: box.y, y2: box.y + box.height }));
    }
    const each = (targets: readonly Marks["selection"][number][], kind: keyof typeof OUTSET) => {
      for (const target of targets) {
        const rect = rectOf(target);
        if (rect) nodes.push(...frame(kind, outset(rect, OUTSET[kind])));
      }
    };
    each(scene.matches, "match");
    each(marks.selection, "selection");
    if (scene.hover) each([scene.hover], "hover");
    for (const pin of marks.pins) {
      const rect = rectOf(pin);
      if (!rect) continue;
      const [halo, line] = frame("pin", outset(rect, OUTSET.pin));
      line.style.stroke = pinColour(theme, pin);
      nodes.push(halo, line, ...badge(rect.x + rect.width + 3, rect.y - 3, pin.number, theme, 6.5));
    }
    const cursor = rectOf(scene.cursor);
    if (cursor) nodes.push(...brackets(outset(cursor, OUTSET.cursor), 5));
    this.node.replaceChildren(...nodes);
  }
}

export const outset = (rect: Rect, by: number): Rect => ({
  x: rect.x - by,
  y: rect.y - by,
  width: rect.width + 2 * by,
  height: rect.height + 2 * by,
});

function frame(kind: string, { x, y, width, height }: Rect): [SVGElement, SVGElement] {
  const node = (part: string) => svg("rect", { class: `pb-${part} pb-${part}-${kind}`, x, y, width, height });
  return [node("halo"), node("frame")];
}
