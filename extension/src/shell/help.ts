/** The keys, as a sheet over the widget. */
import { button, el } from "../dom";
import { icon } from "../icons";

export function helpNode(close: () => void, help: readonly (readonly [keys: string, does: string])[]): HTMLElement {
  const shut = button({ label: "Close", icon: "cross", wordless: true }, close);
  const rows = help.flatMap(([keys, does]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, does)]);
  return el(
    "div",
    { class: "pb-help", role: "dialog", "aria-label": "Keys" },
    el("div", { class: "pb-help-title" }, el("b", {}, "Keys"), shut),
    el("dl", {}, ...rows),
    el("p", { class: "pb-quiet" }, icon("link"), " Hovering is shown in all linked views of this document."),
  );
}
