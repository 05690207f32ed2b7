/** The search field below the toolbar: rings and counts what carries all the words. */
import { button, el, onEnter } from "../dom";

export interface FinderActs {
  /** Marks what is found and answers with the line that says so. */
  search(text: string): string;
  /** Goes to the next match. */
  next(): void;
  close(): void;
}

export class Finder {
  private readonly field = el("input", { type: "search", class: "pb-find-input" });
  private readonly found = el("span", { class: "pb-quiet", role: "status" });
  readonly node = el("form", { class: "pb-finder", hidden: true }, this.field, this.found);

  constructor(
    private readonly acts: FinderActs,
    words: { label: string; placeholder: string },
  ) {
    this.field.setAttribute("aria-label", words.label);
    this.field.placeholder = words.placeholder;
    this.node.append(
      el("span", { class: "pb-space" }),
      button({ label: "Close", icon: "cross", wordless: true }, () => acts.close()),
    );
    this.field.addEventListener("input", () => this.search());
    onEnter(this.node, this.field, () => acts.next());
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  open(): void {
    this.node.hidden = false;
    this.field.focus({ preventScroll: true });
    this.field.select();
  }

  close(): void {
    this.node.hidden = true;
    this.field.value = "";
    this.search();
  }

  private search(): void {
    this.found.textContent = this.acts.search(this.field.value);
  }
}
