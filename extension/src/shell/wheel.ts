/** The wheel zooms only while the widget has the focus, or with Ctrl held; with Shift, or turned sideways, it moves what is
 *  zoomed in on. Otherwise it scrolls the notebook. */
import type { View } from "patchbay/view";
import { burst } from "./gesture";
import type { AnyPart } from "./types";

/** Wheel travel of one step. */
const STEP = 40;

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToWheel(
  overlay: SVGSVGElement,
  focused: () => boolean,
  { zoom, scroll }: Pick<AnyPart<View>, "zoom" | "scroll">,
): () => void {
  if (!zoom) return () => undefined;
  let travel = 0;
  let sideways = 0;
  /** What cannot be zoomed or moved any further scrolls on. */
  let zoomed = true;
  let scrolled = true;
  const point = (event: MouseEvent) => {
    const box = overlay.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const wheel = (event: WheelEvent) => {
    if (!focused() && !event.ctrlKey) return;
    // Some browsers turn the wheel's axis themselves while Shift is held.
    const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (!event.ctrlKey && (event.shiftKey || Math.abs(across) > Math.abs(event.deltaY))) {
      // What is wider than its stage scrolls there by itself.
      if (!scroll) return;
      sideways += across;
      if (Math.abs(sideways) >= STEP) {
        scrolled = scroll(sideways < 0 ? "left" : "right", burst("wheel-sideways"));
        sideways = 0;
      }
      if (scrolled) event.preventDefault();
      return;
    }
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
