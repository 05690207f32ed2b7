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

type Point = { x: number; y: number };

/** Listens on the overlay; the returned function takes the listeners off again. */
export function listenToPointer(node: SVGSVGElement, acts: PointerActs): () => void {
  let press: { x: number; y: number; column: number | null; dragging: boolean } | null = null;
  let dragged = false;

  const pointOf = (event: PointerEvent | MouseEvent): Point => {
    const box = node.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const targetAt = ({ x, y }: Point): Target | null => {
    const scene = acts.scene();
    if (!scene) return null;
    const spot = spotAt(scene.layout, scene.graph, x, y, nodeRadius(scene.layout) + NODE_REACH);
    return spot ?? curveAt(scene.layout, x, y)?.edge ?? null;
  };
  const columnAt = ({ x, y }: Point): number | null => {
    const layout = acts.scene()?.layout;
    return layout ? columnUnder(layout, x, y) : null;
  };
  const handlers: { [name: string]: (event: PointerEvent) => void } = {
    pointermove(event) {
      // Measured once, before anything changes: asking again would lay the page out within the event.
      const at = pointOf(event);
      node.classList.toggle("pb-over-labels", columnAt(at) !== null);
      if (press && event.buttons === 1) drag(event, at);
      else if (!event.shiftKey) acts.hover(targetAt(at));
    },
    pointerleave(event) {
      if (!event.shiftKey) acts.hover(null);
    },
    pointerdown(event) {
      dragged = false;
      if (event.button !== 0 || event.pointerType !== "mouse") return;
      const at = pointOf(event);
      press = { ...at, column: columnAt(at), dragging: false };
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
      const at = pointOf(event);
      const target = targetAt(at);
      const column = target ? null : columnAt(at);
      if (column !== null) acts.choose({ from: column, to: column }, event.shiftKey);
      else if (!target) acts.clear();
      else if (event.altKey) acts.pin(target);
      else acts.select(target, event.ctrlKey || event.metaKey);
    },
  };
  const drag = (event: PointerEvent, { x, y }: Point) => {
    const layout = acts.scene()?.layout;
    if (!press || !layout) return;
    if (!press.dragging && Math.hypot(x - press.x, y - press.y) < DRAG) return;
    const first = !press.dragging;
    press.dragging = true;
    if (press.column !== null) {
      const to = columnAt({ x, y });
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
