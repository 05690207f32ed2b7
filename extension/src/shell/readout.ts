/** The two lines that say what is pointed at, always in the same room below the stage, and what a screen reader hears:
 *  the final place only, 300 ms after the last change. */
import type { Segment } from "patchbay/view";
import { el } from "../dom";
import { icon } from "../icons";
import type { ReadoutText } from "./types";

const SPEAK_AFTER_MS = 300;

export class Readout {
  private readonly first = el("div", { class: "pb-readout-first" });
  private readonly second = el("div", { class: "pb-readout-second pb-quiet" });
  private readonly speech = el("div", {
    class: "pb-spoken",
    role: "status",
    "aria-live": "polite",
    "aria-atomic": "true",
  });
  private readonly link = el("button", { type: "button", class: "pb-link", "aria-haspopup": "menu" });
  private readonly linkCount = el("span", { class: "pb-word" });
  private readonly keys = el(
    "button",
    { type: "button", class: "pb-link pb-keys", "aria-label": "Keys", title: "Keys" },
    el("kbd", {}, "?"),
    el("span", { class: "pb-word" }, "keys"),
  );
  private readonly padlock = el(
    "span",
    { class: "pb-padlock", hidden: true, title: "Frozen: press f to let go" },
    icon("lock"),
  );
  readonly node = el(
    "div",
    { class: "pb-readout" },
    el("div", { class: "pb-readout-text" }, this.first, this.second),
    el("div", { class: "pb-readout-marks" }, this.padlock, this.link, this.keys),
    this.speech,
  );
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(acts: { link(anchor: HTMLElement): void; help(): void }) {
    this.link.append(icon("link"), this.linkCount);
    this.link.addEventListener("click", () => acts.link(this.link));
    this.keys.addEventListener("click", () => acts.help());
  }

  show(text: ReadoutText, speak: boolean): void {
    fill(this.first, text.first);
    fill(this.second, text.second);
    // It keeps its room; what that cuts off can be had by resting on it.
    this.second.title = text.second.map((segment) => segment.text).join(" ");
    if (speak) this.say(text.spoken);
  }

  /** Says something once the reader has come to rest. */
  say(sentence: string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.speech.textContent = sentence;
    }, SPEAK_AFTER_MS);
  }

  frozen(on: boolean): void {
    this.padlock.hidden = !on;
  }

  /** How many views are linked; 1 is this one alone, 0 that it does not take part. */
  linked(views: number): void {
    this.link.hidden = views === 1;
    this.linkCount.textContent =
      views === 0 ? "not linked" : `linked with ${views - 1} ${views === 2 ? "view" : "views"}`;
    this.link.setAttribute("aria-label", `Links: ${this.linkCount.textContent}`);
    this.link.title = this.linkCount.textContent;
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}

function fill(node: HTMLElement, segments: readonly Segment[]): void {
  node.replaceChildren(
    ...segments.flatMap(({ text, tone }, at) => [
      at > 0 ? " " : "",
      tone === "strong" ? el("b", {}, text) : el("span", { class: tone === "weak" ? "pb-quiet" : null }, text),
    ]),
  );
}
