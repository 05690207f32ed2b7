/** Pointer on the stage: hover, click, Alt-click; a drag draws a lasso or a box (Shift adds, Alt removes), and over the
 *  strip of layers it slides. Shift holds the read-out while nothing is dragged. */
import type { ScatterLayout } from "patchbay/view";
import { drag, type Gesture } from "../shell/gesture";
import type { PointGrid } from "./grid";
import type { Outline } from "./overlay";
import { type Taking, takingOf } from "./state";
import { layerAt, type Strip } from "./strip";

export interface PointerActs {
  scene(): { layout: ScatterLayout; grid: PointGrid; strip: Strip | null } | null;
  tool(): "lasso" | "box";
  /** null: the pointer is on nothing. */
  hover(point: number | null): void;
  select(point: number, add: boolean): void;
  pin(point: number): void;
  clear(): void;
  /** While it is drawn; null: given up. */
  outline(outline: Outline | null, points: readonly number[]): void;
  take(points: readonly number[], taking: Taking): void;
  /** There is more than is drawn. */
  canPan(): boolean;
  /** Pixels that the picture is dragged by, with the middle button, Ctrl or Cmd. */
  pan(dx: number, dy: number, gesture: Gesture): void;
  layer(layer: number, gesture: Gesture): void;
}

/** Beyond a point's rim. */
const REACH = 6;
/** Pixels before a press becomes a drag, and between two corners of a lasso. */
const DRAG = 4;
/** Classes of the overlay: what a press would move, and that it moves. */
const GRAB = "pb-grab";
const GRABBING = "pb-grabbing";

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  let start: [number, number] | null = null;
  let path: [number, number][] = [];
  let dragging = false;
  /** Set while the press slides over the layers, or moves what is zoomed in on. */
  let sliding: Gesture | null = null;
  let panning: Gesture | null = null;

  const placeOf = (event: PointerEvent): [number, number] => {
    const box = node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointAt = (x: number, y: number): number | null => {
    const scene = acts.scene();
    if (!scene || !isIn(scene.layout, x, y)) return null;
    return scene.grid.nearest(x, y, scene.layout.radius + REACH);
  };
  const outlined = (to: [number, number]): Outline => {
    const [x0, y0] = start as [number, number];
    const [x1, y1] = to;
    if (acts.tool() === "lasso") return path;
    return [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ];
  };
  const inside = (outline: Outline): number[] => acts.scene()?.grid.inPolygon(outline) ?? [];
  const slide = (x: number, y: number): void => {
    const strip = acts.scene()?.strip;
    const layer = strip ? layerAt(strip, x, y) : null;
    if (layer !== null && sliding) acts.layer(layer, sliding);
  };
  const end = () => {
    start = null;
    path = [];
    dragging = false;
    sliding = null;
    panning = null;
    node.classList.remove(GRABBING);
  };

  const handlers: { [name: string]: (event: PointerEvent) => void } = {
    pointerdown(event) {
      const scene = acts.scene();
      if (event.button > 1 || !scene || (event.button === 1 && !acts.canPan())) return;
      const [x, y] = placeOf(event);
      if (event.pointerType === "mouse" || event.pointerType === "pen") node.setPointerCapture(event.pointerId);
      const moves = event.button === 1 || event.ctrlKey || event.metaKey;
      if (event.button === 0 && scene.strip && y >= scene.strip.y) {
        sliding = drag("layer");
        slide(x, scene.strip.y + 1);
        return;
      }
      start = [x, y];
      path = [[x, y]];
      panning = moves ? drag("pan") : null;
    },
    pointermove(event) {
      const [x, y] = placeOf(event);
      if (sliding) {
        // Beside its row a drag still slides.
        slide(x, (acts.scene()?.strip?.y ?? 0) + 1);
        return;
      }
      if (!start) {
        node.classList.toggle("pb-on-strip", y >= (acts.scene()?.strip?.y ?? Number.POSITIVE_INFINITY));
        node.classList.toggle(GRAB, (event.ctrlKey || event.metaKey) && acts.canPan());
        if (!event.shiftKey) acts.hover(pointAt(x, y));
        return;
      }
      if (!dragging && Math.hypot(x - start[0], y - start[1]) < DRAG) return;
      dragging = true;
      if (panning) {
        node.classList.add(GRABBING);
        acts.pan(x - start[0], y - start[1], panning);
        start = [x, y];
        return;
      }
      const [lastX, lastY] = path[path.length - 1] as [number, number];
      if (Math.hypot(x - lastX, y - lastY) >= DRAG) path.push([x, y]);
      const outline = outlined([x, y]);
      acts.outline(outline, inside(outline));
    },
    pointerup(event) {
      if (event.button > 1) return;
      const [x, y] = placeOf(event);
      const [was, pressed] = [dragging, start];
      const points = was && !panning ? inside(outlined([x, y])) : [];
      const moved = sliding !== null || (panning !== null && was);
      end();
      if (moved || event.button !== 0) return;
      if (was) {
        acts.outline(null, []);
        acts.take(points, takingOf(event));
        return;
      }
      const point = pressed && pointAt(x, y);
      if (point === null) acts.clear();
      else if (event.altKey) acts.pin(point);
      else acts.select(point, event.ctrlKey || event.metaKey || event.shiftKey);
    },
    pointercancel() {
      end();
      acts.outline(null, []);
    },
    pointerleave(event) {
      if (!event.shiftKey && !start) acts.hover(null);
    },
    // The middle button would begin to scroll the page.
    mousedown(event) {
      if (event.button === 1 && acts.canPan()) event.preventDefault();
    },
  };
  for (const [name, handler] of Object.entries(handlers)) node.addEventListener(name, handler as EventListener);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) node.removeEventListener(name, handler as EventListener);
  };
}

const isIn = ({ plot }: ScatterLayout, x: number, y: number): boolean =>
  x >= plot.x && x <= plot.x + plot.width && y >= plot.y && y <= plot.y + plot.height;
