/** The controls above the stage: which source, which ranks, how many of the paths are drawn in full; find, table, export.
 *  Rebuilt only when its parts change, so that focus stays. */
import {
  count,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  rankBreaks,
  tokenName,
  unpack,
} from "patchbay/view";
import { button, el } from "../dom";
import type { WidthClass } from "../heatmap/toolbar";
import { icon } from "../icons";
import { type MenuItem, showMenu } from "../menu";

export interface ToolbarActs {
  change(options: Partial<PathsOptions>): void;
  table(): void;
  exportItems(): MenuItem[];
  find(): void;
  help(): void;
}

interface Shown {
  view: PathsView;
  options: PathsOptions;
  layout: PathsLayout;
  width: WidthClass;
  table: boolean;
}

const SHARES = [0.5, 0.8, 0.9, 1];

export class Toolbar {
  readonly node = el("div", { class: "pb-toolbar", role: "toolbar", "aria-label": "View" });
  exportButton = el("button");
  private readonly counts = el("span", { class: "pb-quiet pb-edge-count" });
  private refresh: ((shown: Shown) => void)[] = [];
  private parts = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly acts: ToolbarActs,
  ) {}

  update(shown: Shown): void {
    const { view, width, layout } = shown;
    const parts = JSON.stringify([width, view.tokens, view.sources, view.highRanking, view.maxRank]);
    if (parts !== this.parts) {
      this.parts = parts;
      this.refresh = [];
      this.node.replaceChildren(...this.build(shown));
    }
    this.counts.textContent = `${count(layout.shown)} of ${count(layout.total)} edges`;
    for (const refresh of this.refresh) refresh(shown);
  }

  private build({ view, width }: Shown): HTMLElement[] {
    const wordless = width === "narrow" || width === "tiny";
    const kept = unpack(view.highRanking);
    const sources: [string, string][] = view.sources.flatMap((position, s): [string, string][] =>
      kept[s] === 0 ? [] : [[String(position), tokenName(view, position)]],
    );
    const source = this.select("Source", [["", "all tokens"], ...sources], (value) =>
      this.acts.change({ source: value === "" ? null : Number(value) }),
    );
    this.refresh.push(({ options }) => {
      source.value = String(options.source ?? "");
    });
    const breaks = rankBreaks(view.maxRank);
    const ranks = breaks.map((bound, at): [string, string] => [
      at === breaks.length - 1 ? "" : String(bound),
      bound === 1 ? "1" : `≤ ${count(bound)}`,
    ]);
    const rank = this.select("Rank", ranks.reverse(), (value) =>
      this.acts.change({ rank: value === "" ? null : Number(value) }),
    );
    this.refresh.push(({ options }) => {
      rank.value = String(options.rank ?? "");
    });
    const share = this.select(
      "Show",
      SHARES.map((s) => [String(s), wordless ? `${100 * s} %` : `${100 * s} % of paths`]),
      (value) => this.acts.change({ share: Number(value) }),
    );
    this.refresh.push(({ options }) => {
      share.value = String(options.share);
    });

    const table = button({ label: "Table", icon: "table", wordless }, this.acts.table);
    this.refresh.push((shown) => table.setAttribute("aria-pressed", String(shown.table)));
    this.exportButton = button({ label: "Export", icon: "export", wordless }, () =>
      showMenu(this.root, this.exportButton, "Export", this.acts.exportItems()),
    );
    this.exportButton.setAttribute("aria-haspopup", "menu");
    const more = button({ label: "More", icon: "more", wordless: true }, () =>
      showMenu(this.root, more, "More", [
        { label: "Find a token", icon: "find", note: "/", act: () => this.acts.find() },
        { label: "Keys", note: "?", act: () => this.acts.help() },
      ]),
    );
    more.setAttribute("aria-haspopup", "menu");
    return [
      ...(width === "tiny" ? [] : [labelled("Source", source)]),
      ...(wordless ? [] : [labelled("Rank", rank)]),
      labelled("Show", share),
      ...(wordless ? [] : [this.counts]),
      el("span", { class: "pb-space" }),
      table,
      this.exportButton,
      more,
    ];
  }

  private select(
    label: string,
    values: readonly (readonly [string, string])[],
    act: (value: string) => void,
  ): HTMLSelectElement {
    const select = el(
      "select",
      { class: "pb-select-input", "aria-label": label },
      ...values.map(([value, text]) => el("option", { value }, text)),
    );
    select.addEventListener("change", () => act(select.value));
    return select;
  }
}

const labelled = (label: string, select: HTMLSelectElement): HTMLElement =>
  el(
    "label",
    { class: "pb-control pb-outlined pb-select" },
    el("span", { class: "pb-quiet" }, label),
    select,
    icon("chevronDown"),
  );
