/** All nodes of a large path graph at once, as darker as more paths come by (logarithmic), with a frame around the part
 *  that is drawn. Dragging or clicking moves the frame. */
import type { PathGraph, PathsView, PathWindow, Theme } from "patchbay/view";
import { el } from "../dom";

export interface OverviewScene {
  view: PathsView;
  graph: PathGraph;
  theme: Theme;
  whole: PathWindow;
  /** null: all of it is drawn. */
  window: PathWindow | null;
  width: number;
}

/** Sizes from which it is worth its room, also while all is drawn. */
const LARGE = { columns: 40, rows: 20 };
const MOST_HEIGHT = 220;

export const wantsOverview = ({ view, window }: Pick<OverviewScene, "view" | "window">): boolean =>
  window !== null || view.tokens.length > LARGE.columns || view.layers > LARGE.rows;

/** @param move puts the middle of the frame on a column and a row */
export function overview(
  scene: OverviewScene,
  move: (column: number, row: number, first: boolean) => void,
): HTMLElement[] {
  const { view, window, width } = scene;
  const [columns, rows] = [view.tokens.length, view.layers];
  const height = Math.round(Math.min(MOST_HEIGHT, Math.max(48, rows * Math.min(6, (width / columns) * 1.2))));
  const canvas = el("canvas", {
    class: "pb-overview",
    role: "img",
    "aria-label": `${columns} columns by ${rows} rows`,
  });
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  paint(canvas, scene, { width, height, scale });
  const toPlace = (event: PointerEvent) => {
    const box = canvas.getBoundingClientRect();
    move(
      Math.floor(((event.clientX - box.left) / box.width) * columns),
      rows - 1 - Math.floor(((event.clientY - box.top) / box.height) * rows),
      event.type === "pointerdown",
    );
  };
  if (window) {
    canvas.classList.add("pb-movable");
    canvas.addEventListener("pointerdown", toPlace);
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons === 1) toPlace(event);
    });
  }
  return [
    el("h5", {}, "Overview"),
    canvas,
    el(
      "p",
      { class: "pb-quiet" },
      `paths through each node, logarithmic${window ? "; drag the frame, 0 shows all" : "; +, or the wheel, goes nearer"}`,
    ),
  ];
}

function paint(
  canvas: HTMLCanvasElement,
  { view, graph, theme, window }: OverviewScene,
  { width, height, scale }: { width: number; height: number; scale: number },
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [columns, rows] = [view.tokens.length, view.layers];
  const ramp = theme.ramps.sequential;
  const through = new Float64Array(columns * rows);
  for (const { layer, to, paths } of graph.edges) {
    const at = layer * columns + to;
    through[at] = (through[at] ?? 0) + paths;
  }
  const most = Math.log1p(through.reduce((a, b) => Math.max(a, b), 0)) || 1;
  context.scale(scale, scale);
  context.fillStyle = ramp[0] ?? theme.colour.surface;
  context.fillRect(0, 0, width, height);
  const [w, h] = [width / columns, height / rows];
  for (const [at, paths] of through.entries()) {
    if (paths === 0) continue;
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const stop = 1 + Math.round((Math.log1p(paths) / most) * (ramp.length - 2));
    context.fillStyle = ramp[stop] ?? theme.colour.text;
    context.fillRect(column * w, height - (row + 1) * h, Math.max(0.75, w - 0.25), Math.max(0.75, h - 0.25));
  }
  if (!window) return;
  const { c0, c1, r0, r1 } = window;
  const frame = [c0 * w + 1, height - (r1 + 1) * h + 1, (c1 - c0 + 1) * w - 2, (r1 - r0 + 1) * h - 2] as const;
  context.lineWidth = 4;
  context.strokeStyle = theme.colour.surface;
  context.strokeRect(...frame);
  context.lineWidth = 2;
  context.strokeStyle =
    getComputedStyle(document.documentElement).getPropertyValue("--jp-brand-color1").trim() || theme.colour.text;
  context.strokeRect(...frame);
}
