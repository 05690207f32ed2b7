/** Pointer on the stage: hover, click, Alt-click, Ctrl/Cmd-click, drag for a range, Shift to hold the read-out. */
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
}

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  let from: Place | null = null;
  /** null until a press has become a drag. */
  let dragged: Gesture | null = null;

  const placeAt = (event: PointerEvent | MouseEvent): Place | null => {
    const layout = acts.layout();
    if (!layout) return null;
    const box = node.getBoundingClientRect();
    const cell = cellAt(layout, event.clientX - box.left, event.clientY - box.top);
    return cell && { panel: cell.panel, x: cell.ix, y: cell.iy };
  };
  const handlers: { [name: string]: (event: PointerEvent) => void } = {
    pointermove(event) {
      const place = placeAt(event);
      if (from && place && (dragged || !samePlace(from, place))) {
        dragged ??= drag("range");
        acts.range(from, place, dragged);
      }
      if (!event.shiftKey || from) acts.hover(place);
    },
    pointerleave(event) {
      if (!event.shiftKey) acts.hover(null);
    },
    pointerdown(event) {
      if (event.button !== 0) return;
      from = placeAt(event);
      dragged = null;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (from && event.pointerType === "mouse") node.setPointerCapture(event.pointerId);
    },
    pointerup(event) {
      const place = placeAt(event);
      const start = from;
      from = null;
      if (event.button !== 0 || dragged) return;
      if (!place) {
        if (!start) acts.clear();
      } else if (samePlace(place, start)) {
        if (event.altKey) acts.pin(place);
        else acts.select(place, event.ctrlKey || event.metaKey);
      }
    },
    pointercancel() {
      from = null;
    },
  };
  for (const [name, handler] of Object.entries(handlers)) node.addEventListener(name, handler as EventListener);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) node.removeEventListener(name, handler as EventListener);
  };
}
