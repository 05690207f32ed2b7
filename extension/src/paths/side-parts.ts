/** Pieces that the side panel's sections share: a hop as chips, a row that leads to a target. */
import { columnLabel, columnPlace, isOneColumn, isOneLayer, type PathsView, rowPlace } from "patchbay/view";
import { el, isolated } from "../dom";

/** `15`; of a group, whose label ends in a number, `at 3–9`. */
export const placeWords = (view: PathsView, column: number): string =>
  `${isOneColumn(view, column) ? "" : "at "}${columnPlace(view, column)}`;

/** A column's label as a chip, its place beside it. */
export function chip(view: PathsView, column: number): HTMLElement {
  const label = columnLabel(view, column, 24);
  return el("span", { class: "pb-token-chip" }, el("code", {}, isolated(label)), ` ${placeWords(view, column)}`);
}

/** `. 12 → ·France 15`, or `·France 15 stays`. */
export const hopNodes = (view: PathsView, { from, to }: { from: number; to: number }): (Node | string)[] =>
  from === to ? [chip(view, to), " stays"] : [chip(view, from), " → ", chip(view, to)];

/** `layer 4`, `layers 4–7` */
export const layerWords = (view: PathsView, { layer }: { layer: number }): HTMLElement =>
  el("span", { class: "pb-quiet" }, `${isOneLayer(view, layer) ? "layer" : "layers"} ${rowPlace(view, layer)}`);

/** A button as wide as the panel: a badge, words, a number. */
export function row(
  badge: HTMLElement | null,
  name: readonly (Node | string)[],
  value: string,
  act: () => void,
): HTMLButtonElement {
  const words = el("span", { class: "pb-spot-name" });
  for (const part of name) words.append(part, " ");
  const node = el("button", { type: "button", class: "pb-spot" }, badge, words, el("span", {}, value));
  node.addEventListener("click", act);
  return node;
}

export const quiet = (...words: (Node | string)[]): HTMLElement => el("p", { class: "pb-quiet" }, ...words);
