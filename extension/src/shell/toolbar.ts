/** The controls above the stage: what is shown on the left, what can be done with it on the right. Narrow widgets show
 *  icons and put the rarely used behind "more". Rebuilt only when its parts change, so that focus stays. */
import type { View, ViewBase } from "patchbay/view";
import { button, el } from "../dom";
import { icon } from "../icons";
import { type MenuItem, showMenu } from "../menu";
import { burst, drag, type Gesture } from "./gesture";
import type { AnyPart, Scene } from "./types";

type Refresh<V extends ViewBase> = (scene: Scene<V>) => void;

/** Makes a kind's controls. Each takes what it shows from `of` at every drawing, and tells `act` what was chosen. */
export class Bar<V extends ViewBase> {
  constructor(private readonly refresh: Refresh<V>[]) {}

  /** Something of the part's own that is to follow each drawing. */
  follow(refresh: Refresh<V>): void {
    this.refresh.push(refresh);
  }

  select(
    label: string,
    values: readonly (readonly [value: string, text: string])[],
    of: (scene: Scene<V>) => string,
    act: (value: string) => void,
  ): HTMLElement {
    const select = el(
      "select",
      { class: "pb-select-input", "aria-label": label },
      ...values.map(([value, text]) => el("option", { value }, text)),
    );
    select.addEventListener("change", () => act(select.value));
    this.follow((scene) => {
      select.value = of(scene);
    });
    return el(
      "label",
      { class: "pb-control pb-outlined pb-select" },
      el("span", { class: "pb-quiet" }, label),
      select,
      icon("chevronDown"),
    );
  }

  /** Two to four choices beside each other. */
  segments<T>(
    label: string,
    choices: readonly (readonly [text: string, value: T])[],
    chosen: (scene: Scene<V>, value: T) => boolean,
    act: (value: T) => void,
  ): HTMLElement {
    const nodes = choices.map(([text, value]) => {
      const node = button({ label: text }, () => act(value));
      node.className = "pb-segment";
      this.follow((scene) => node.setAttribute("aria-pressed", String(chosen(scene, value))));
      return node;
    });
    return el("span", { class: "pb-segments", role: "group", "aria-label": label }, ...nodes);
  }

  /** On or off. */
  switch(label: string, of: (scene: Scene<V>) => boolean, act: (on: boolean) => void): HTMLElement {
    let on = true;
    const node = button({ label }, () => act(!on));
    node.prepend(el("i", { class: "pb-switch" }));
    node.setAttribute("role", "switch");
    this.follow((scene) => {
      on = of(scene);
      node.setAttribute("aria-checked", String(on));
    });
    return node;
  }

  /** A range with its value in words beside it. A drag of its thumb is one gesture, and so are keys in a row. */
  slider(
    label: string,
    range: { min: number; max: number; step: number },
    of: (scene: Scene<V>) => { value: number; words: string },
    act: (value: number, gesture: Gesture) => void,
  ): HTMLElement {
    const input = el("input", { type: "range", class: "pb-range", "aria-label": label, ...range });
    const words = el("span", { class: "pb-range-words" });
    let held: Gesture | null = null;
    input.addEventListener("pointerdown", () => {
      held = drag(label);
    });
    for (const end of ["pointerup", "pointercancel"])
      input.addEventListener(end, () => {
        held = null;
      });
    input.addEventListener("input", () => act(Number(input.value), held ?? burst(label)));
    this.follow((scene) => {
      const { value, words: said } = of(scene);
      input.value = String(value);
      input.setAttribute("aria-valuetext", said);
      words.textContent = said;
    });
    return el("label", { class: "pb-control pb-slider" }, el("span", { class: "pb-quiet" }, label), input, words);
  }
}

export interface ToolbarActs {
  table(): void;
  exportItems(): MenuItem[];
  find(): void;
  help(): void;
  history(): { past: readonly unknown[]; future: readonly unknown[] };
  walk(way: "undo" | "redo"): void;
}

export class Toolbar<V extends View> {
  readonly node = el("div", { class: "pb-toolbar", role: "toolbar", "aria-label": "View" });
  exportButton = el("button");
  private refresh: Refresh<V>[] = [];
  private parts = "";
  private latest: Scene<V> | null = null;
  private dragged = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly part: AnyPart<V>["toolbar"],
    private readonly acts: ToolbarActs,
  ) {
    this.node.addEventListener("pointerdown", (event) => this.hold(event));
  }

  update(scene: Scene<V>): void {
    this.latest = scene;
    const parts = JSON.stringify([scene.width, this.part.parts(scene)]);
    // A slider that is being dragged stays: its thumb would be lost.
    if (parts !== this.parts && !this.dragged) {
      this.parts = parts;
      this.refresh = [];
      const focused = this.node.contains(document.activeElement) && document.activeElement?.getAttribute("aria-label");
      const bar = new Bar<V>(this.refresh);
      this.node.replaceChildren(...this.part.build(bar, scene), ...this.common(bar, scene));
      if (focused) this.node.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    }
    for (const refresh of this.refresh) refresh(scene);
  }

  private hold(event: PointerEvent): void {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "range") return;
    this.dragged = true;
    const release = () => {
      this.dragged = false;
      for (const end of ["pointerup", "pointercancel"]) window.removeEventListener(end, release);
      if (this.latest) this.update(this.latest);
    };
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, release);
  }

  private common(bar: Bar<V>, scene: Scene<V>): HTMLElement[] {
    const wordless = scene.width === "narrow" || scene.width === "tiny";
    const table = button({ label: "Table", icon: "table", wordless }, this.acts.table);
    bar.follow((shown) => table.setAttribute("aria-pressed", String(shown.table)));
    this.exportButton = this.opens(
      button({ label: "Export", icon: "export", wordless }, () => {}),
      "Export",
      () => this.acts.exportItems(),
    );
    const more = this.opens(
      button({ label: "More", icon: "more", wordless: true }, () => {}),
      "More",
      () => this.moreItems(),
    );
    const find = this.findInBar(scene) ? [button({ label: "Find", icon: "find" }, this.acts.find)] : [];
    // They go into a second row together, never one by one.
    return [el("span", { class: "pb-actions" }, ...find, table, this.exportButton, more)];
  }

  private findInBar(scene: Scene<V>): boolean {
    return scene.width === "wide" && (this.part.findInBar?.(scene) ?? true);
  }

  private opens(node: HTMLButtonElement, label: string, items: () => MenuItem[]): HTMLButtonElement {
    node.setAttribute("aria-haspopup", "menu");
    node.addEventListener("click", () => showMenu(this.root, node, label, items()));
    return node;
  }

  private moreItems(): MenuItem[] {
    const scene = this.latest;
    if (!scene) return [];
    const { past, future } = this.acts.history();
    return [
      ...(past.length > 0 ? [{ label: "Undo", note: "u", act: () => this.acts.walk("undo") }] : []),
      ...(future.length > 0 ? [{ label: "Redo", note: "U", act: () => this.acts.walk("redo") }] : []),
      ...(this.part.more?.(scene) ?? []),
      ...(this.findInBar(scene) ? [] : [{ label: "Find", icon: "find" as const, note: "/", act: this.acts.find }]),
      { label: "Keys", note: "?", act: this.acts.help },
    ];
  }
}
