/** The side panel: classes with their look and a switch each, the selection counted by class, pins, and what to do next
 *  with them. */
import {
  classColour,
  classesOf,
  classLooks,
  classSizes,
  count,
  families,
  fillWords,
  GLYPHS,
  HALVES,
  promptText,
  type ScatterOptions,
  type ScatterView,
  shortNames,
  summariseSelection,
  type Theme,
} from "patchbay/view";
import { button, el, isolated, svg } from "../dom";
import { icon } from "../icons";
import { pinBadge } from "../shell/frames";
import type { Marks, Target } from "./state";

export interface SideScene {
  view: ScatterView;
  theme: Theme;
  options: ScatterOptions;
  marks: Marks;
  /** A kernel knows the view, so that `pb.selection()` answers. */
  live: boolean;
}

export interface SideActs {
  toggleClass(k: number | "all"): void;
  onlyClass(k: number): void;
  selectClass(k: number): void;
  goTo(target: Target): void;
  clear(): void;
  zoomTo(points: readonly number[]): void;
  insertCode(code: string): void;
  copyCode(): void;
}

/** Selected prompts that are listed. */
const LISTED = 6;
const LETTERS = 90;

export function sideContent(scene: SideScene, acts: SideActs): HTMLElement[] {
  const { marks } = scene;
  return [
    ...classList(scene, acts),
    ...(marks.selection.length > 0 ? selection(scene, acts) : []),
    ...(marks.pins.length > 0 ? [el("h5", {}, "Pinned"), pins(scene, acts)] : []),
    el(
      "div",
      { class: "pb-next" },
      button({ label: "Copy as code", icon: "code", look: "outlined" }, () => acts.copyCode()),
    ),
  ];
}

function classList(scene: SideScene, acts: SideActs): HTMLElement[] {
  const { view, marks } = scene;
  const looks = classLooks(view);
  const sizes = classSizes(view);
  const names = shortNames(view);
  const chosen = new Array<number>(view.classes.length).fill(0);
  const classOf = classesOf(view);
  for (const { point } of marks.selection) {
    const k = classOf[point] as number;
    chosen[k] = (chosen[k] ?? 0) + 1;
  }
  const rows = families(view).flatMap(({ family, members }) => {
    const [first] = members;
    const look = looks[first ?? 0];
    const heading =
      family === null || !look
        ? []
        : [el("p", { class: "pb-quiet pb-class-family" }, isolated(family), `: ${fillWords[look.fill]}`)];
    return [...heading, ...members.map((k) => row(k))];
  });
  function row(k: number): HTMLElement {
    const { label } = view.classes[k] as { label: string };
    const hidden = marks.hidden.includes(k);
    const eye = el(
      "button",
      {
        type: "button",
        class: "pb-control pb-plain pb-eye",
        "aria-pressed": String(!hidden),
        "aria-label": `Show ${label}`,
        title: `${hidden ? "Show" : "Hide"} ${label}; with Alt: show it alone`,
      },
      icon(hidden ? "eyeOff" : "eye"),
    );
    eye.addEventListener("click", (event) => (event.altKey ? acts.onlyClass(k) : acts.toggleClass(k)));
    const name = el(
      "button",
      { type: "button", class: "pb-class-name-button", title: `Select all prompts of ${label}` },
      isolated(promptText(names[k] ?? label, 40)),
    );
    name.addEventListener("click", () => acts.selectClass(k));
    const n = chosen[k] ?? 0;
    return el(
      "div",
      { class: `pb-class-row${hidden ? " pb-class-hidden" : ""}` },
      eye,
      glyphNode(scene, k),
      name,
      el(
        "span",
        { class: "pb-quiet pb-right" },
        n > 0 && el("b", {}, count(n)),
        n > 0 ? ` of ${count(sizes[k] ?? 0)}` : count(sizes[k] ?? 0),
      ),
    );
  }
  const all =
    marks.hidden.length > 0
      ? [
          button({ label: `Show all ${view.classes.length}`, icon: "eye", look: "outlined" }, () =>
            acts.toggleClass("all"),
          ),
        ]
      : [];
  return [el("h4", {}, "Classes"), el("div", { class: "pb-classes" }, ...rows), ...all];
}

function glyphNode({ view, theme }: SideScene, k: number): SVGSVGElement {
  const look = classLooks(view)[k];
  const node = svg("svg", { class: "pb-class-glyph pb-data", viewBox: "-8 -8 16 16", "aria-hidden": "true" });
  if (!look) return node;
  const colour = classColour(look, theme);
  const path = (d: string, fill: string, stroke: string) =>
    svg("path", { d, fill, stroke, "stroke-width": 0.34, "stroke-linejoin": "round", transform: "scale(4.6)" });
  node.append(
    path(
      GLYPHS[look.glyph] as string,
      look.fill === "filled" ? colour : theme.colour.surface,
      look.fill === "filled" ? "none" : colour,
    ),
  );
  if (look.fill === "half") node.append(path(HALVES[look.glyph] as string, colour, "none"));
  return node;
}

function selection({ view, options, marks, live }: SideScene, acts: SideActs): HTMLElement[] {
  const points = marks.selection.map(({ point }) => point);
  const { n, own } = summariseSelection(view, options, points);
  const listed = marks.selection.slice(0, LISTED);
  return [
    el("h5", {}, `Selection: ${count(n)} ${n === 1 ? "prompt" : "prompts"}`),
    ...(own === null ? [] : [el("p", { class: "pb-quiet" }, ownMean(own, n))]),
    el(
      "div",
      { class: "pb-next pb-selection-acts" },
      live &&
        button(
          {
            label: "pb.selection()",
            icon: "code",
            look: "outlined",
            title: "Insert code that takes up this selection",
          },
          () => acts.insertCode("const chosen = pb.selection();\nchosen"),
        ),
      n > 1 && button({ label: "Zoom to it", icon: "find", look: "outlined" }, () => acts.zoomTo(points)),
      button({ label: "Clear", icon: "cross" }, () => acts.clear()),
    ),
    el("div", { class: "pb-prompts" }, ...listed.map((target) => promptRow(view, target, null, acts))),
    ...(n > listed.length ? [el("p", { class: "pb-quiet" }, `and ${count(n - listed.length)} more`)] : []),
  ];
}

const ownMean = (own: number, n: number): string =>
  n === 1
    ? `nearest mean is of ${own === 1 ? "its own" : "another"} class`
    : `nearest mean is of their own class: ${count(own)} of ${count(n)}`;

function pins({ view, theme, marks }: SideScene, acts: SideActs): HTMLElement {
  return el(
    "div",
    { class: "pb-prompts" },
    ...marks.pins.map((pin) => promptRow(view, pin, pinBadge(theme, pin.number), acts)),
  );
}

function promptRow(view: ScatterView, target: Target, mark: HTMLElement | null, acts: SideActs): HTMLElement {
  const { label } = view.classes[classesOf(view)[target.point] as number] as { label: string };
  const prompt = view.prompts[target.point] ?? "";
  const node = el(
    "button",
    { type: "button", class: "pb-prompt" },
    mark,
    el(
      "span",
      {},
      isolated(prompt === "" ? `${label}, prompt` : promptText(prompt, LETTERS)),
      prompt !== "" && el("span", { class: "pb-quiet" }, " ", isolated(label)),
    ),
  );
  node.addEventListener("click", () => acts.goTo(target));
  return node;
}
