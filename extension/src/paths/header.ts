/** Title, question, sample and model; badges as every widget has them. */
import { type PathsView, pathsQuestion, type Theme, tokenLabel, type ViewState } from "patchbay/view";
import { el, isolated } from "../dom";
import { badgeNodes, type Connection, stageMark } from "../shell/header";

export class Header {
  private readonly title = el("h3", { class: "pb-title" });
  private readonly line = el("p", { class: "pb-subtitle" });
  private readonly badges = el("div", { class: "pb-badges" });
  readonly node = el(
    "div",
    { class: "pb-header" },
    el("div", { class: "pb-titles" }, this.title, this.line),
    this.badges,
  );

  update(view: PathsView, state: ViewState, connection: Connection, theme: Theme): void {
    this.title.textContent = view.title;
    const { sample, model } = view;
    this.line.replaceChildren(
      el("b", {}, "Kept paths"),
      el("span", { class: "pb-meaning" }, `: ${pathsQuestion(view)}`),
      ` · sample ${sample.index + 1} of ${sample.of}`,
      ...(sample.label === "" ? [] : [", ", isolated(sample.label)]),
      " → “",
      isolated(tokenLabel(view.answer)),
      "” · ",
      isolated(model.name),
    );
    if (model.stage) this.line.append(" ", stageMark(model.stage, theme));
    this.badges.replaceChildren(...badgeNodes(view, state, connection));
  }
}
