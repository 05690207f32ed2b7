/** The side panel of a chart: one value in full beside the other series of its place, then the pins, then the code. */
import { type ChartPoint, type ChartView, chartReadout, placeName, pointName, type Theme } from "patchbay/view";
import { button, el, isolated } from "../dom";
import { pinBadge } from "../shell/frames";
import { type Marks, same, type Target, targetOf } from "./state";

export interface SideScene {
  view: ChartView;
  theme: Theme;
  points: readonly ChartPoint[];
  marks: Marks;
  /** What is taken apart when nothing is selected. */
  largest: Target | null;
}

export interface SideActs {
  goTo(target: Target): void;
  copyCode(): void;
}

/** Rows of a list of selected values; the rest is counted. */
const LISTED = 8;

export function sideContent(scene: SideScene, acts: SideActs): HTMLElement[] {
  const { marks, points, largest, view } = scene;
  const pointOf = (target: Target | null) => points.find((point) => same(point, target)) ?? null;
  const chosen = pointOf(marks.selection[0] ?? largest);
  const copy = button({ label: "Copy as code", icon: "code", look: "outlined" }, () => acts.copyCode());
  return [
    ...(marks.selection.length > 1 ? many(scene, acts) : chosen ? one(scene, chosen, acts) : []),
    ...(marks.pins.length > 0 ? [el("h5", {}, "Pinned"), list(scene, marks.pins, acts)] : []),
    ...(view.test === null ? [] : [el("p", { class: "pb-quiet" }, `Test: ${view.test}.`)]),
    el("div", { class: "pb-next" }, copy),
  ];
}

function one(scene: SideScene, point: ChartPoint, acts: SideActs): HTMLElement[] {
  const { view, points, marks } = scene;
  const { value, rest } = chartReadout(view, point);
  const others = points.filter(({ panel, x, value }) => panel === point.panel && x === point.x && value !== null);
  const title = [view.panels[point.panel]?.name ?? "", placeName(view, point)]
    .filter((part) => part !== "")
    .join(" · ");
  const badge = marks.selection.length === 1 ? "selected" : "largest";
  return [
    el("h4", {}, isolated(title), el("span", { class: "pb-badge" }, badge)),
    el("p", {}, isolated(view.series[point.series]?.name ?? ""), " ", el("b", {}, value)),
    el("p", { class: "pb-quiet" }, rest),
    ...(others.length > 1 ? [el("h5", {}, "Side by side"), list(scene, others, acts, "series")] : []),
  ];
}

function many(scene: SideScene, acts: SideActs): HTMLElement[] {
  const { selection } = scene.marks;
  const rest = selection.length - LISTED;
  return [
    el("h4", {}, `${selection.length} values`, el("span", { class: "pb-badge" }, "selected")),
    list(scene, selection.slice(0, LISTED), acts),
    ...(rest > 0 ? [el("p", { class: "pb-quiet" }, `and ${rest} more, in the table`)] : []),
  ];
}

function list(
  { view, points, theme }: SideScene,
  targets: readonly (Target & { number?: number })[],
  acts: SideActs,
  name: "series" | "whole" = "whole",
): HTMLElement {
  const rows = targets.flatMap((target) => {
    const point = points.find((other) => same(other, target));
    if (!point) return [];
    const { value, rest } = chartReadout(view, point);
    const words = name === "series" ? (view.series[point.series]?.name ?? "") : pointName(view, point);
    const row = el(
      "button",
      { type: "button", class: "pb-spot", title: rest },
      target.number !== undefined && pinBadge(theme, target.number),
      el("span", { class: "pb-spot-name" }, isolated(words)),
      el("span", {}, value),
    );
    row.addEventListener("click", () => acts.goTo(targetOf(target)));
    return [row];
  });
  return el("div", { class: "pb-spots" }, ...rows);
}
