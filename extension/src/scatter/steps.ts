/** Where the keyboard's cursor goes: to the nearest point one way, within its class, to the class beside it; and what a
 *  search finds. Pure. */
import { classesOf, promptText, type ScatterView } from "patchbay/view";
import type { PointGrid } from "./grid";

/** Letters of a prompt that are said of a match. */
const LETTERS = 40;

/** Whether a point has a place in what is drawn. */
export const isDrawn = (grid: PointGrid | null, point: number): boolean =>
  Number.isFinite(grid?.points[2 * point] ?? Number.NaN);

/** The point that a key leads to; null: there is none. */
export function stepFrom(view: ScatterView, grid: PointGrid, point: number, direction: string): number | null {
  if (direction === "left" || direction === "right" || direction === "up" || direction === "down")
    return grid.towards(point, direction);
  const classOf = classesOf(view);
  const own = classOf[point] as number;
  const drawnIn = (k: number) => view.prompts.flatMap((_, i) => (classOf[i] === k && isDrawn(grid, i) ? [i] : []));
  if (direction === "home") return drawnIn(own)[0] ?? null;
  if (direction === "end") return drawnIn(own).at(-1) ?? null;
  const step = direction === "class-before" ? -1 : 1;
  const many = view.classes.length;
  for (let k = 1; k < many; k++) {
    const [first] = drawnIn((own + step * k + many * k) % many);
    if (first !== undefined) return first;
  }
  return null;
}

/** The point nearest to the middle of those that count; null: none does. */
export function middleOf(grid: PointGrid, counts: (point: number) => boolean): number | null {
  const { points } = grid;
  let [n, x, y] = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i]) || !counts(i / 2)) continue;
    n++;
    x += points[i] as number;
    y += points[i + 1] as number;
  }
  return n === 0 ? null : grid.nearest(x / n, y / n, 1e5);
}

/** Drawn prompts that hold all the words, in their text or in their class's name. */
export function found(view: ScatterView, grid: PointGrid | null, text: string): number[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const classOf = classesOf(view);
  const labels = view.classes.map(({ label }) => label.toLowerCase());
  return view.prompts.flatMap((prompt, i) => {
    const own = `${labels[classOf[i] as number]} ${prompt.toLowerCase()}`;
    return words.every((word) => own.includes(word)) && isDrawn(grid, i) ? [i] : [];
  });
}

/** A prompt's beginning, or its class where it has no text. */
export function nameOf(view: ScatterView, point: number): string {
  const prompt = view.prompts[point] ?? "";
  return prompt === "" ? (view.classes[classesOf(view)[point] as number]?.label ?? "") : promptText(prompt, LETTERS);
}
