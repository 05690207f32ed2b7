/** The wheel zooms only while the widget has the focus, or with Ctrl held; otherwise it scrolls the notebook. */
import type { View } from "patchbay/view";
import { burst } from "./gesture";
import type { AnyPart } from "./types";

/** Wheel travel of one step. */
const STEP = 40;

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToWheel(overlay: SVGSVGElement, focused: () => boolean, zoom: AnyPart<View>["zoom"]): () => void {
  if (!zoom) return () => undefined;
  let travel = 0;
  /** What cannot be zoomed any further scrolls on. */
  let zoomed = true;
  const point = (event: MouseEvent) => {
    const box = overlay.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const wheel = (event: WheelEvent) => {
    if (!focused() && !event.ctrlKey) return;
    travel += event.deltaY;
    if (Math.abs(travel) >= STEP) {
      zoomed = zoom(travel < 0 ? "in" : "out", point(event), burst("wheel"));
      travel = 0;
    }
    if (zoomed) event.preventDefault();
  };
  const reset = (event: MouseEvent) => {
    zoom("reset", point(event), null);
  };
  overlay.addEventListener("wheel", wheel, { passive: false });
  overlay.addEventListener("dblclick", reset);
  return () => {
    overlay.removeEventListener("wheel", wheel);
    overlay.removeEventListener("dblclick", reset);
  };
}
