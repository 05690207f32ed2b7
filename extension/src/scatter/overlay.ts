/** Everything that moves over a scatter, as one SVG above the picture: the point under the pointer, the keyboard's
 *  brackets, pins, what linked views point at, matches, and the lasso. Pointing changes only this. */
import type { ScatterLayout, Theme } from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import type { Linked } from "./links";
import type { Box } from "./reader";
import type { Marks, Target } from "./state";
import type { Strip } from "./strip";

/** A lasso's corners, or a box's. */
export type Outline = readonly (readonly [number, number])[];

export interface OverlayScene {
  layout: ScatterLayout;
  theme: Theme;
  marks: Marks;
  hover: Target | null;
  /** null while the widget has no keyboard focus. */
  cursor: Target | null;
  linked: Linked;
  matches: readonly number[];
  outline: Outline | null;
  box: Box | null;
  strip: Strip | null;
}

/** Rings of a search that are drawn: more than these nobody tells apart. */
const MOST_RINGS = 400;
/** Around the mean of a class that another view points at. */
const MEAN_RING = 13;

export class Overlay {
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" });

  update(scene: OverlayScene): void {
    const { layout, marks, theme, hover, cursor, linked, matches, strip } = scene;
    const r = layout.radius;
    const nodes: SVGElement[] = [];
    const seen = (x: number, y: number): { x: number; y: number } | null => {
      const { plot } = layout;
      return x >= plot.x && x <= plot.x + plot.width && y >= plot.y && y <= plot.y + plot.height ? { x, y } : null;
    };
    const at = (point: number) => seen(layout.points[2 * point] as number, layout.points[2 * point + 1] as number);
    const circleAt = (place: { x: number; y: number } | null, radius: number, look: string) => {
      if (!place) return;
      const circle = { cx: place.x, cy: place.y, r: radius };
      nodes.push(
        svg("circle", { class: "pb-halo", ...circle }),
        svg("circle", { class: `pb-frame ${look}`, ...circle }),
      );
    };
    const ring = (point: number, more: number, look: string) => circleAt(at(point), r + more, look);
    for (const point of matches.slice(0, MOST_RINGS)) ring(point, 3, "pb-frame-match");
    for (const point of linked.points.slice(0, MOST_RINGS)) ring(point, 6, "pb-frame-linked");
    for (const k of linked.classes) {
      const mean = layout.classes[k]?.mean;
      if (mean) circleAt(seen(mean.x, mean.y), MEAN_RING, "pb-frame-linked");
    }
    for (const layer of linked.layers) {
      const bar = strip?.bars[layer];
      if (strip && bar)
        nodes.push(
          svg("rect", {
            class: "pb-frame pb-frame-linked",
            x: bar.x + 1.5,
            y: strip.top - 2,
            width: Math.max(3, bar.width - 3),
            height: strip.full + 4,
          }),
        );
    }
    for (const pin of marks.pins) {
      const place = at(pin.point);
      if (!place) continue;
      const circle = { cx: place.x, cy: place.y, r: r + 3.7 };
      const frame = svg("circle", { class: "pb-frame pb-frame-pin", ...circle });
      frame.style.stroke = pinColour(theme, pin);
      nodes.push(svg("circle", { class: "pb-halo pb-halo-pin", ...circle }), frame);
      nodes.push(...badge(place.x + r + 4.2, place.y - r - 4.2, pin.number, theme));
    }
    if (hover) ring(hover.point, 6, "pb-scatter-hover");
    const place = cursor && at(cursor.point);
    if (place) {
      const half = r + 8;
      nodes.push(...brackets({ x: place.x - half, y: place.y - half, width: 2 * half, height: 2 * half }, half * 0.6));
    }
    const outline = scene.outline ?? corners(scene.box);
    if (outline && outline.length > 1)
      nodes.push(svg("path", { class: "pb-lasso", d: `M${outline.map(([x, y]) => `${x},${y}`).join("L")}Z` }));
    this.node.replaceChildren(...nodes);
  }
}

const corners = (box: Box | null): Outline | null =>
  box && [
    [box.x0, box.y0],
    [box.x1, box.y0],
    [box.x1, box.y1],
    [box.x0, box.y1],
  ];
