/** Pointer on the stage: hover, click, Ctrl/Cmd-click, Alt-click, Shift to hold the read-out; a token's label chooses its
 *  column, Shift or a drag chooses up to it; a drag over the lattice moves the part that is drawn. */
import { columnUnder, curveAt, nodeRadius, type PathGraph, type PathsLayout, spotAt } from "patchbay/view";
import type { Span, Target } from "./state";

export interface PointerActs {
  scene(): { layout: PathsLayout; graph: PathGraph } | null;
  /** null: the pointer is on nothing. */
  hover(target: Target | null): void;
  select(target: Target, add: boolean): void;
  pin(target: Target): void;
  clear(): void;
  /** Columns whose labels are pointed at; `extend`: up to them. */
  choose(span: Span, extend: boolean): void;
  /** Columns and rows since the drag began; answers whether there is anything to move. */
  pan(columns: number, rows: number, first: boolean): boolean;
}

/** Beyond a node's rim. */
const NODE_REACH = 3;
/** Pixels that make a press a drag. */
const DRAG = 4;

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  let press: { x: number; y: number; column: number | null; dragging: boolean } | null = null;
  let dragged = false;

  const pointOf = (event: PointerEvent | MouseEvent) => {
    const box = node.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const targetAt = (event: PointerEvent | MouseEvent): Target | null => {
    const scene = acts.scene();
    if (!scene) return null;
    const { x, y } = pointOf(event);
    const spot = spotAt(scene.layout, scene.graph, x, y, nodeRadius(scene.layout) + NODE_REACH);
    return spot ?? curveAt(scene.layout, x, y)?.edge ?? null;
  };
  const columnAt = (event: PointerEvent | MouseEvent): number | null => {
    const { x, y } = pointOf(event);
    const layout = acts.scene()?.layout;
    return layout ? columnUnder(layout, x, y) : null;
  };
  const handlers: { [name: string]: (event: PointerEvent) => void } = {
    pointermove(event) {
      if (press && event.buttons === 1) drag(event);
      else if (!event.shiftKey) acts.hover(targetAt(event));
      node.classList.toggle("pb-over-labels", columnAt(event) !== null);
    },
    pointerleave(event) {
      if (!event.shiftKey) acts.hover(null);
    },
    pointerdown(event) {
      dragged = false;
      if (event.button !== 0 || event.pointerType !== "mouse") return;
      press = { ...pointOf(event), column: columnAt(event), dragging: false };
    },
    pointerup() {
      press = null;
    },
    pointercancel() {
      press = null;
    },
    click(event) {
      // The end of a drag is no click.
      if (dragged) return;
      const target = targetAt(event);
      const column = target ? null : columnAt(event);
      if (column !== null) acts.choose({ from: column, to: column }, event.shiftKey);
      else if (!target) acts.clear();
      else if (event.altKey) acts.pin(target);
      else acts.select(target, event.ctrlKey || event.metaKey);
    },
  };
  const drag = (event: PointerEvent) => {
    const layout = acts.scene()?.layout;
    if (!press || !layout) return;
    const { x, y } = pointOf(event);
    if (!press.dragging && Math.hypot(x - press.x, y - press.y) < DRAG) return;
    const first = !press.dragging;
    press.dragging = true;
    if (press.column !== null) {
      const to = columnAt(event);
      if (to !== null) acts.choose({ from: Math.min(press.column, to), to: Math.max(press.column, to) }, false);
      dragged = true;
      return;
    }
    const columns = Math.round((press.x - x) / layout.column);
    const rows = Math.round((y - press.y) / layout.row);
    if (acts.pan(columns, rows, first)) {
      dragged = true;
      if (first) node.setPointerCapture(event.pointerId);
    }
  };
  for (const [name, handler] of Object.entries(handlers)) node.addEventListener(name, handler as EventListener);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) node.removeEventListener(name, handler as EventListener);
  };
}
