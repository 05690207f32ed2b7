/** The footer: there only while there is something to say. Progress is a width; nothing spins. */
import { duration, type ViewBase, type ViewState } from "patchbay/view";
import { button, el } from "../dom";

export interface FooterActs {
  /** null where nothing can be cancelled, resumed or run: without a kernel, or outside a notebook. */
  cancel: (() => void) | null;
  resume: (() => void) | null;
  runAgain: (() => void) | null;
}

/** Seconds left are said from here on; before, they would only flash. */
const WORTH_SAYING_S = 2;

export class Footer {
  readonly node = el("div", { class: "pb-footer" });
  private readonly bar = el("progress", { class: "pb-bar", max: 1 });
  private readonly count = el("span", { class: "pb-count" });
  private readonly left = el("span", { class: "pb-quiet pb-left" });
  private cancelling = false;
  private shown = "";

  update(view: Pick<ViewBase, "run">, state: ViewState, acts: FooterActs): void {
    const { run } = view;
    if (state !== "loading" && state !== "partial") this.cancelling = false;
    const running = (state === "loading" || state === "partial") && run !== null;
    const kind = [state, running, acts.cancel, acts.resume, acts.runAgain, this.cancelling].map(Boolean).join() + state;
    if (running && run) {
      this.bar.max = Math.max(1, run.total);
      this.bar.value = run.done;
      this.bar.setAttribute("aria-label", `${run.done} of ${run.total} ${run.unit}`);
      this.count.textContent = `${run.done} of ${run.total}`;
      this.count.title = run.unit;
      const seconds = run.secondsLeft;
      this.left.textContent = this.cancelling
        ? "stopping"
        : seconds !== null && seconds >= WORTH_SAYING_S
          ? `${duration(seconds)} left`
          : "";
    }
    if (kind === this.shown) return;
    this.shown = kind;
    this.node.replaceChildren(...this.content(view, state, running, acts));
    this.node.hidden = this.node.childElementCount === 0;
  }

  private content(view: Pick<ViewBase, "run">, state: ViewState, running: boolean, acts: FooterActs): HTMLElement[] {
    const space = el("span", { class: "pb-space" });
    if (running) {
      const nodes: HTMLElement[] = [this.count, this.bar, this.left];
      const { cancel } = acts;
      if (cancel && !this.cancelling) {
        const stop = button({ label: "Cancel", icon: "stop", look: "outlined" }, () => {
          this.cancelling = true;
          this.left.textContent = "stopping";
          stop.disabled = true;
          cancel();
        });
        stop.classList.add("pb-cancel");
        nodes.push(stop);
      }
      return nodes;
    }
    if (state === "stopped" && acts.resume) {
      const done = view.run ? `${view.run.done} of ${view.run.total} ${view.run.unit} done` : "";
      return [
        el("span", { class: "pb-quiet" }, done),
        space,
        button({ label: "Resume", icon: "play", look: "outlined" }, acts.resume),
      ];
    }
    if ((state === "stale" || state === "error") && acts.runAgain) {
      return [space, button({ label: "Run again", icon: "play", look: "outlined" }, acts.runAgain)];
    }
    return [];
  }
}
