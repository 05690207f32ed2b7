/** The controls above the stage: what is shown on the left, what can be done with it on the right. Narrow widgets
 *  show icons and put the rarely used behind "more". Rebuilt only when its parts change, so that focus stays. */
import type { HeatmapOptions, HeatmapView } from "patchbay/view";
import { button, el } from "../dom";
import { icon } from "../icons";
import { type MenuItem, showMenu } from "../menu";

export type WidthClass = "wide" | "middle" | "narrow" | "tiny";

export interface ToolbarActs {
  change(options: Partial<HeatmapOptions>): void;
  table(): void;
  exportItems(): MenuItem[];
  find(): void;
  help(): void;
}

interface Shown {
  view: HeatmapView;
  options: HeatmapOptions;
  width: WidthClass;
  table: boolean;
}

type Difference = HeatmapOptions["difference"];
const differenceKey = (d: Difference) => (d ? `${d.a}-${d.b}` : "");

export class Toolbar {
  readonly node = el("div", { class: "pb-toolbar", role: "toolbar", "aria-label": "View" });
  exportButton = el("button");
  private refresh: ((shown: Shown) => void)[] = [];
  private parts = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly acts: ToolbarActs,
  ) {}

  update(shown: Shown): void {
    const { view, options, width } = shown;
    const metric = view.metrics.find((m) => m.key === options.metric);
    const parts = JSON.stringify([
      width,
      view.layout,
      view.metrics.map((m) => [m.key, m.label]),
      metric?.interaction !== null,
      view.panels.map((p) => p.name),
    ]);
    if (parts !== this.parts) {
      this.parts = parts;
      this.refresh = [];
      this.node.replaceChildren(...this.build(shown, Boolean(metric?.interaction)));
    }
    for (const refresh of this.refresh) refresh(shown);
  }

  private build({ view, width }: Shown, hasInteraction: boolean): HTMLElement[] {
    const wordless = width === "narrow" || width === "tiny";
    const nodes: HTMLElement[] = [];
    const many = view.panels.length > 1;
    if (view.metrics.length > 1) nodes.push(this.metricSelect(view));
    if (hasInteraction && width !== "tiny") nodes.push(this.modes());
    if (many && wordless) nodes.push(this.panelSwitch(view));
    if (many && !wordless) nodes.push(this.differenceSelect(view));
    if (width === "wide") nodes.push(this.hatchSwitch());

    const table = button({ label: "Table", icon: "table", wordless }, this.acts.table);
    this.refresh.push((shown) => table.setAttribute("aria-pressed", String(shown.table)));
    this.exportButton = button({ label: "Export", icon: "export", wordless }, () =>
      showMenu(this.root, this.exportButton, "Export", this.acts.exportItems()),
    );
    this.exportButton.setAttribute("aria-haspopup", "menu");
    let latest: Shown | null = null;
    this.refresh.push((shown) => {
      latest = shown;
    });
    const more = button({ label: "More", icon: "more", wordless: true }, () => {
      if (latest) showMenu(this.root, more, "More", this.moreItems(latest));
    });
    more.setAttribute("aria-haspopup", "menu");
    // Several panels bring another control; the toolbar stays one row.
    const find = width === "wide" && !many ? [button({ label: "Find", icon: "find" }, this.acts.find)] : [];
    nodes.push(el("span", { class: "pb-space" }), ...find, table, this.exportButton, more);
    return nodes;
  }

  private select(
    label: string,
    values: readonly (readonly [string, string])[],
    act: (value: string) => void,
  ): HTMLSelectElement {
    const select = el(
      "select",
      { class: "pb-select-input", "aria-label": label },
      ...values.map(([v, text]) => el("option", { value: v }, text)),
    );
    select.addEventListener("change", () => act(select.value));
    return select;
  }

  private labelled(label: string, select: HTMLSelectElement): HTMLElement {
    return el(
      "label",
      { class: "pb-control pb-outlined pb-select" },
      el("span", { class: "pb-quiet" }, label),
      select,
      icon("chevronDown"),
    );
  }

  private metricSelect(view: HeatmapView): HTMLElement {
    const select = this.select(
      "Metric",
      view.metrics.map((m) => [m.key, m.label] as const),
      (metric) => this.acts.change({ metric }),
    );
    this.refresh.push((shown) => {
      select.value = shown.options.metric;
    });
    return this.labelled("Metric", select);
  }

  private differenceSelect(view: HeatmapView): HTMLElement {
    const select = this.select("Difference", [["", "none"], ...differences(view)], (key) =>
      this.acts.change({ difference: key ? readDifference(key) : null }),
    );
    this.refresh.push((shown) => {
      select.value = differenceKey(shown.options.difference);
    });
    return this.labelled("Difference", select);
  }

  private segments<T>(
    label: string,
    choices: readonly (readonly [string, T])[],
    chosen: (shown: Shown, value: T) => boolean,
    act: (value: T) => void,
  ): HTMLElement {
    const nodes = choices.map(([text, value]) => {
      const node = button({ label: text }, () => act(value));
      node.className = "pb-segment";
      this.refresh.push((shown) => node.setAttribute("aria-pressed", String(chosen(shown, value))));
      return node;
    });
    return el("span", { class: "pb-segments", role: "group", "aria-label": label }, ...nodes);
  }

  private modes(): HTMLElement {
    return this.segments(
      "Shown quantity",
      [
        ["Effect", "effect"],
        ["Interaction", "interaction"],
      ] as const,
      (shown, mode) => shown.options.mode === mode,
      (mode) => this.acts.change({ mode }),
    );
  }

  /** One panel at a time; the difference of the last and the first is one more choice. */
  private panelSwitch(view: HeatmapView): HTMLElement {
    const last = view.panels.length - 1;
    const choices: [string, Partial<HeatmapOptions>][] = view.panels.map((panel, index) => [
      panel.name,
      { panels: [index], difference: null },
    ]);
    choices.push([`${view.panels[last].name} − ${view.panels[0].name}`, { panels: [], difference: { a: last, b: 0 } }]);
    return this.segments(
      "Panel",
      choices,
      (shown, choice) =>
        choice.difference
          ? shown.options.difference !== null
          : shown.options.difference === null && shown.options.panels[0] === choice.panels?.[0],
      (choice) => this.acts.change(choice),
    );
  }

  private hatchSwitch(): HTMLElement {
    let on = true;
    const node = button({ label: "Hatch" }, () => this.acts.change({ hatch: !on }));
    node.prepend(el("i", { class: "pb-switch" }));
    node.setAttribute("role", "switch");
    this.refresh.push((shown) => {
      on = shown.options.hatch;
      node.setAttribute("aria-checked", String(on));
    });
    return node;
  }

  private moreItems({ view, options, width }: Shown): MenuItem[] {
    const items: MenuItem[] = [];
    if (width !== "wide")
      items.push({
        label: "Hatch what is not significant",
        checked: options.hatch,
        act: () => this.acts.change({ hatch: !options.hatch }),
      });
    if (width === "tiny" && view.metrics.some((m) => m.interaction))
      items.push({
        label: "Interaction instead of effect",
        checked: options.mode === "interaction",
        act: () => this.acts.change({ mode: options.mode === "interaction" ? "effect" : "interaction" }),
      });
    if (width !== "wide" || view.panels.length > 1)
      items.push({ label: "Find", icon: "find", note: "/", act: () => this.acts.find() });
    items.push({ label: "Keys", note: "?", act: () => this.acts.help() });
    return items;
  }
}

/** Later panels less earlier ones, the widest apart first: "DPO − base". */
function differences(view: HeatmapView): [string, string][] {
  const pairs: [string, string][] = [];
  for (let a = view.panels.length - 1; a > 0; a--)
    for (let b = 0; b < a; b++) pairs.push([`${a}-${b}`, `${view.panels[a].name} − ${view.panels[b].name}`]);
  return pairs;
}

function readDifference(key: string): Difference {
  const [a, b] = key.split("-").map(Number);
  return { a, b };
}
