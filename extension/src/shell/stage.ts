/** Where the picture stands, with the overlay above it, or what stands there instead: the table, or the reason why
 *  nothing can be drawn. What is there already stays, and with it the focus and the place it is scrolled to. */
import type { View } from "patchbay/view";
import { button, el } from "../dom";
import { noticeNode } from "./notices";
import type { AnyPart, Drawn, Scene } from "./types";

export interface StageActs {
  copy(text: string): void;
  table(): void;
}

export class Stage<V extends View> {
  private readonly canvas: HTMLElement;
  readonly node: HTMLElement;
  /** What stands there instead of the picture; null for the picture, undefined before the first drawing. */
  private shown: string | null | undefined;

  constructor(
    private readonly part: AnyPart<V>,
    private readonly acts: StageActs,
  ) {
    this.canvas = el("div", { class: "pb-canvas" }, part.picture, part.overlay);
    this.node = el("div", {
      class: "pb-stage",
      tabindex: 0,
      role: "application",
      "aria-roledescription": part.role,
    });
  }

  draw(scene: Scene<V>, drawn: Drawn): void {
    const instead = this.instead(scene, drawn);
    this.node.classList.toggle("pb-instead", instead !== null);
    const key = instead?.key ?? null;
    if (key !== this.shown) this.node.replaceChildren(instead ? instead.make() : this.canvas);
    this.shown = key;
    if (instead) return;
    this.canvas.style.width = `${drawn.width}px`;
    this.canvas.style.height = `${drawn.height}px`;
    for (const [name, value] of [
      ["width", drawn.width],
      ["height", drawn.height],
      ["viewBox", `0 0 ${drawn.width} ${drawn.height}`],
    ] as const)
      this.part.overlay.setAttribute(name, String(value));
    this.node.setAttribute("aria-label", `${drawn.spoken} Press question mark for keys.`);
  }

  private instead(scene: Scene<V>, { notice }: Drawn): { key: string; make(): HTMLElement } | null {
    const { view } = scene;
    if (scene.table) {
      const table = this.part.table(scene);
      return { key: JSON.stringify(["table", table.key, view.hashes, view.run, view.state]), make: table.make };
    }
    const said = view.state === "error" ? failure(view) : notice;
    if (!said) return null;
    const { offersTable, offer } = { offersTable: false, offer: undefined, ...said };
    return {
      key: said.title + said.text,
      make: () =>
        noticeNode(said, this.acts.copy, [
          ...(offer ? [button({ label: offer.label, icon: offer.icon, look: "outlined" }, offer.act)] : []),
          ...(offersTable ? [button({ label: "Table", icon: "table", look: "outlined" }, this.acts.table)] : []),
        ]),
    };
  }
}

function failure(view: View): NonNullable<Drawn["notice"]> {
  const message = view.error?.message ?? "";
  return { icon: "warning", title: "The run failed", text: message, call: view.error?.call ?? view.code, message };
}
