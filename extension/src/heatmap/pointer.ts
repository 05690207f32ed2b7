/** Pointer on the stage: hover, click, Alt-click, Ctrl/Cmd-click, drag for a range, Shift to hold the read-out. What is
 *  zoomed in on moves with the middle button, with Ctrl or Cmd, and with a drag of an axis' labels (along that axis). */
import { cellAt, type HeatmapLayout } from "patchbay/view";
import { drag, type Gesture } from "../shell/gesture";
import { type Place, samePlace } from "./state";

export interface PointerActs {
  layout(): HeatmapLayout | null;
  /** null: the pointer is on no cell. */
  hover(place: Place | null): void;
  select(place: Place, add: boolean): void;
  range(from: Place, to: Place, gesture: Gesture): void;
  pin(place: Place): void;
  clear(): void;
  /** There is more than is drawn. */
  canPan(): boolean;
  /** Columns to the right and rows up, from where the drag began. */
  pan(by: { columns: number; rows: number }, gesture: Gesture): void;
}

/** Pixels that make a press with Ctrl or Cmd a drag. */
const DRAG = 4;
/** Classes of the overlay: what a press would move, and that it moves. */
const GRAB = "pb-grab";
const GRABBING = "pb-grabbing";

type Axis = "x" | "y";
type Point = { x: number; y: number };

/** A press that moves the window; `along` is null where both axes move. */
interface Pan {
  at: Point;
  along: Axis | null;
  /** null until it has become a drag. */
  gesture: Gesture | null;
}

/** The axis whose labels are under a point; null: none.
 *  @example stripAt(layout, { x: 2, y: 80 }) // "y" */
export function stripAt(layout: HeatmapLayout, { x, y }: Point): Axis | null {
  const under = Math.max(0, layout.xTitle);
  const beside = Math.max(0, layout.yTitle);
  for (const box of layout.panels) {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    if (x >= box.x && x <= right && y > bottom && y <= bottom + under) return "x";
    if (box.showsY && x < box.x && x >= box.x - beside && y >= box.y && y <= bottom) return "y";
  }
  return null;
}

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  let from: Place | null = null;
  /** null until a press has become a drag. */
  let dragged: Gesture | null = null;
  let pan: Pan | null = null;

  const pointOf = (event: PointerEvent): Point => {
    const box = node.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const placeAt = ({ x, y }: Point): Place | null => {
    const layout = acts.layout();
    const cell = layout && cellAt(layout, x, y);
    return cell && { panel: cell.panel, x: cell.ix, y: cell.iy };
  };
  /** What a press here would move: along one axis, both (null), or nothing. */
  const panAt = (event: PointerEvent, at: Point): Pan | null => {
    const layout = acts.layout();
    if (!layout || !acts.canPan()) return null;
    const along = stripAt(layout, at);
    const both = event.button === 1 || event.ctrlKey || event.metaKey;
    return along || both ? { at, along, gesture: null } : null;
  };
  const show = (moves: boolean): void => {
    node.classList.toggle(GRAB, moves && pan === null);
    node.classList.toggle(GRABBING, pan?.gesture != null);
  };
  const moveWindow = ({ at, along, gesture }: Pan, { x, y }: Point): void => {
    const pitch = acts.layout()?.pitch;
    if (!pitch || !gesture) return;
    const columns = along === "y" ? 0 : Math.round((at.x - x) / pitch);
    const rows = along === "x" ? 0 : Math.round((y - at.y) / pitch);
    acts.pan({ columns, rows }, gesture);
  };
  const handlers: { [name: string]: (event: PointerEvent) => void } = {
    pointermove(event) {
      const at = pointOf(event);
      if (pan && (pan.gesture || Math.hypot(at.x - pan.at.x, at.y - pan.at.y) >= DRAG)) {
        pan.gesture ??= drag("pan");
        from = null;
        show(true);
        acts.hover(null);
        moveWindow(pan, at);
        return;
      }
      const place = placeAt(at);
      if (from && !pan && place && (dragged || !samePlace(from, place))) {
        dragged ??= drag("range");
        acts.range(from, place, dragged);
      }
      if (!from && !pan) show(panAt(event, at) !== null);
      if (!event.shiftKey || from) acts.hover(place);
    },
    pointerleave(event) {
      if (!event.shiftKey) acts.hover(null);
    },
    pointerdown(event) {
      if (event.button > 1) return;
      const at = pointOf(event);
      pan = event.pointerType === "mouse" || event.pointerType === "pen" ? panAt(event, at) : null;
      if (pan) node.setPointerCapture(event.pointerId);
      dragged = null;
      from = event.button === 0 ? placeAt(at) : null;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (from && event.pointerType === "mouse") node.setPointerCapture(event.pointerId);
    },
    pointerup(event) {
      const moved = pan?.gesture != null;
      const [start, at] = [from, pointOf(event)];
      pan = null;
      from = null;
      show(panAt(event, at) !== null);
      if (event.button !== 0 || dragged || moved) return;
      const place = placeAt(at);
      if (!place) {
        if (!start) acts.clear();
      } else if (samePlace(place, start)) {
        if (event.altKey) acts.pin(place);
        else acts.select(place, event.ctrlKey || event.metaKey);
      }
    },
    pointercancel() {
      from = null;
      pan = null;
      show(false);
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
