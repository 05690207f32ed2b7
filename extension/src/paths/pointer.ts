/** Pointer on the stage: hover, click, Alt-click, Shift to hold the read-out. */
import { curveAt, nodeRadius, type PathGraph, type PathsLayout, spotAt } from "patchbay/view";
import type { Target } from "./state";

export interface PointerActs {
  scene(): { layout: PathsLayout; graph: PathGraph } | null;
  /** null: the pointer is on nothing. */
  hover(target: Target | null): void;
  select(target: Target): void;
  pin(target: Target): void;
  clear(): void;
}

/** Beyond a node's rim. */
const NODE_REACH = 3;

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  const targetAt = (event: PointerEvent | MouseEvent): Target | null => {
    const scene = acts.scene();
    if (!scene) return null;
    const box = node.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const spot = spotAt(scene.layout, scene.graph, x, y, nodeRadius(scene.layout) + NODE_REACH);
    return spot ?? curveAt(scene.layout, x, y)?.edge ?? null;
  };
  const move = (event: PointerEvent) => {
    if (!event.shiftKey) acts.hover(targetAt(event));
  };
  const leave = (event: PointerEvent) => {
    if (!event.shiftKey) acts.hover(null);
  };
  const click = (event: MouseEvent) => {
    const target = targetAt(event);
    if (!target) acts.clear();
    else if (event.altKey) acts.pin(target);
    else acts.select(target);
  };
  node.addEventListener("pointermove", move);
  node.addEventListener("pointerleave", leave);
  node.addEventListener("click", click);
  return () => {
    node.removeEventListener("pointermove", move);
    node.removeEventListener("pointerleave", leave);
    node.removeEventListener("click", click);
  };
}
