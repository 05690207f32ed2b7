/** A short message over the widget's lower edge that goes by itself. */
import { el } from "./dom";

const SHOWN_MS = 3_000;

export class Toast {
  readonly node = el("div", { class: "pb-toast", hidden: true });
  private timer: ReturnType<typeof setTimeout> | null = null;

  show(message: string): void {
    this.node.textContent = message;
    this.node.hidden = false;
    this.dispose();
    this.timer = setTimeout(() => {
      this.node.hidden = true;
    }, SHOWN_MS);
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
