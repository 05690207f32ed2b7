/** The side panel's frame: beside the stage in wide widgets, a folded row below it in others. Its content is a kind's. */
import { el } from "../dom";

export class Side {
  readonly node: HTMLElement;
  readonly folded: HTMLDetailsElement;

  constructor(
    private readonly main: HTMLElement,
    words: { side: string; folded: string },
  ) {
    this.node = el("aside", { class: "pb-side", "aria-label": words.side });
    this.folded = el("details", { class: "pb-folded" }, el("summary", {}, words.folded));
  }

  /** @param place null: nowhere */
  stand(place: "beside" | "folded" | null): void {
    this.folded.hidden = place !== "folded";
    const parent = place === "beside" ? this.main : place === "folded" ? this.folded : null;
    if (!parent) this.node.remove();
    else if (this.node.parentElement !== parent) parent.append(this.node);
  }

  fill(content: readonly HTMLElement[]): void {
    // Rebuilding must not take the keyboard away from the button that caused it.
    const focused = this.node.contains(document.activeElement) ? document.activeElement?.textContent : null;
    this.node.replaceChildren(...content);
    if (focused)
      [...this.node.querySelectorAll("button")]
        .find((node) => node.textContent === focused)
        ?.focus({ preventScroll: true });
  }
}
