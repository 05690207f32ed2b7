/** Title, second line and at most three badges: run or kernel, device, warnings. */
import type { Theme, ViewBase, ViewState } from "patchbay/view";
import { type Child, el, isolated } from "../dom";
import { type IconName, icon, STAGE_NAMES, stageGlyph } from "../icons";

/** How the kernel stands to this view: none to talk to, does not know the run, knows it. */
export type Connection = "none" | "unknown" | "live";

interface Badge {
  text: string;
  look: "plain" | "ok" | "warn" | "error";
  icon?: IconName;
  dot?: boolean;
  title?: string;
}

export function stateBadge(view: Pick<ViewBase, "run">, state: ViewState, connection: Connection): Badge {
  const counted = view.run ? `${view.run.done} of ${view.run.total}` : "stopped";
  switch (state) {
    case "loading":
      return { text: "loading", look: "plain", dot: true };
    case "partial":
      return { text: "running", look: "ok", dot: true };
    case "stopped":
      return { text: counted, look: "warn", title: "Stopped before the end; what is done is kept" };
    case "error":
      return { text: "failed", look: "error", icon: "cross" };
    case "stale":
      return { text: "stale", look: "warn", icon: "refresh", title: "Made by an earlier kernel" };
    case "done":
      return connection === "live"
        ? { text: "kernel ready", look: "ok", dot: true }
        : { text: "saved view", look: "plain", title: "Drawn from what is saved in the notebook" };
  }
}

const badgeNode = (badge: Badge) =>
  el(
    "span",
    { class: `pb-badge pb-badge-${badge.look}`, title: badge.title },
    badge.icon && icon(badge.icon),
    badge.dot && el("i", { class: "pb-dot" }),
    badge.text,
  );

export class Header {
  readonly title = el("h3", { class: "pb-title" });
  private readonly line = el("p", { class: "pb-subtitle" });
  private readonly badges = el("div", { class: "pb-badges" });
  private shownBadges = "";
  readonly node = el(
    "div",
    { class: "pb-header" },
    el("div", { class: "pb-titles" }, this.title, this.line),
    this.badges,
  );

  update(view: ViewBase, state: ViewState, connection: Connection, subtitle: readonly Child[]): void {
    this.title.textContent = view.title;
    this.line.replaceChildren(...subtitle.filter((child) => child !== null && child !== undefined && child !== false));
    // Kept while they say the same, so that opened warnings stay open while a run goes on.
    const key = JSON.stringify([state, connection, view.device, view.warnings, state === "stopped" && view.run]);
    if (key !== this.shownBadges) this.badges.replaceChildren(...badgeNodes(view, state, connection));
    this.shownBadges = key;
  }
}

/** Run or kernel, device, warnings: at most three. */
function badgeNodes(view: ViewBase, state: ViewState, connection: Connection): HTMLElement[] {
  const badges = [badgeNode(stateBadge(view, state, connection))];
  if (view.device) badges.push(badgeNode({ text: view.device, look: "plain" }));
  if (view.warnings.length > 0) badges.push(warnings(view.warnings));
  return badges;
}

/** The number of warnings, which opens to their words. */
function warnings(words: readonly string[]): HTMLElement {
  const summary = el("summary", {}, icon("warning"), words.length === 1 ? "1 warning" : `${words.length} warnings`);
  const list = el("ul", {}, ...words.map((text) => el("li", {}, isolated(text))));
  return el("details", { class: "pb-badge pb-badge-warn pb-warnings" }, summary, list);
}

/** The model's name and the glyph of its stage: how every second line ends. */
export const modelMark = ({ name, stage }: ViewBase["model"], theme: Theme): Child[] => [
  isolated(name),
  ...(stage ? [" ", stageMark(stage, theme)] : []),
];

/** Glyph and name of a stage, in the stage's colour. */
export function stageMark(stage: "base" | "sft" | "dpo", theme: Theme): HTMLElement {
  const glyph = stageGlyph(stage);
  glyph.style.color = theme.ramps.stage[["base", "sft", "dpo"].indexOf(stage)];
  return el("span", { class: "pb-stage-mark" }, glyph, STAGE_NAMES[stage]);
}
