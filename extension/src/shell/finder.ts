/** The search field below the toolbar: rings what carries all the words, counts it, and goes from one to the next. */
import { button, el, onEnter } from "../dom";
import type { Found } from "./reader";

export interface FinderActs {
  /** Marks what is found, goes to the first of it, and answers with what is said of it. */
  search(text: string): Found;
  /** Goes to the match after this one, or to the one before it. */
  next(by: 1 | -1): Found;
  close(): void;
}

export class Finder {
  private readonly field = el("input", { type: "search", class: "pb-find-input" });
  /** "2 of 7" is said by itself; the match's name is said by the read-out, with its value. */
  private readonly place = el("span", { class: "pb-find-place", role: "status" });
  private readonly name = el("span", { class: "pb-find-name pb-quiet" });
  private readonly steps: readonly HTMLButtonElement[];
  readonly node = el("form", { class: "pb-finder", hidden: true }, this.field);

  constructor(
    private readonly acts: FinderActs,
    words: { label: string; placeholder: string },
  ) {
    this.field.setAttribute("aria-label", words.label);
    this.field.placeholder = words.placeholder;
    const step = (label: string, keys: string, icon: "chevronUp" | "chevronDown", by: 1 | -1) =>
      button({ label, title: `${label} (${keys})`, icon, wordless: true }, () => this.show(acts.next(by)));
    this.steps = [
      step("Match before", "Shift + Enter", "chevronUp", -1),
      step("Next match", "Enter", "chevronDown", 1),
    ];
    this.node.append(
      ...this.steps,
      this.place,
      this.name,
      el("span", { class: "pb-space" }),
      button({ label: "Close", icon: "cross", wordless: true }, () => acts.close()),
    );
    this.field.addEventListener("input", () => this.search());
    onEnter(this.node, this.field, (shift) => this.show(acts.next(shift ? -1 : 1)));
    this.show({ place: "", name: "" });
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  /** Something is ringed. */
  get found(): boolean {
    return this.name.textContent !== "";
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
    this.show(this.acts.search(this.field.value));
  }

  private show({ place, name }: Found): void {
    // Without a match the field still says what it said of its words.
    if (place === "" && this.field.value.trim() !== "") return;
    this.place.textContent = place;
    this.name.textContent = name;
    for (const node of this.steps) node.disabled = name === "";
  }
}
