/** The side panel: the selected cell taken apart, then the pins, then what to do next. */
import {
  cellName,
  type HeatmapLayout,
  type HeatmapOptions,
  type HeatmapView,
  interval,
  plain,
  pValue,
  signed,
  type Theme,
} from "patchbay/view";
import { button, el, isolated } from "../dom";
import { STAGE_NAMES } from "../icons";
import { pinBadge } from "../shell/frames";
import { stageMark } from "../shell/header";
import { dotPlot, type Step, stack, waterfall } from "./charts";
import { cellCode, layersOf, pathCode } from "./codes";
import type { Numbers } from "./numbers";
import type { Marks, Place, Spot } from "./state";

export interface SideScene {
  view: HeatmapView;
  numbers: Numbers;
  options: HeatmapOptions;
  layout: HeatmapLayout;
  theme: Theme;
  marks: Marks;
  /** What is taken apart when nothing is selected: the largest cell. */
  best: Place | null;
  /** The panel that the cursor or the pointer was in last. */
  panel: number;
  width: number;
}

export interface SideActs {
  copyCode(): void;
  copyCell(code: string): void;
  insert(code: string): void;
  /** The pointer is on a sample's dot; null: on none any more. */
  sample(sample: number | null): void;
  /** A sample's dot was clicked. */
  selectSample(sample: number): void;
  goTo(spot: Spot): void;
}

/** Rows of a list of selected cells; the rest is counted. */
const LISTED = 6;
/** Samples named at each end. */
const ENDS = 3;

export class Side {
  private dots: HTMLElement | null = null;

  constructor(private readonly acts: SideActs) {}

  content(scene: SideScene): HTMLElement[] {
    const { selection, pins } = scene.marks;
    const spot = selection[0] ?? scene.best;
    return [
      ...(selection.length > 1
        ? this.many(scene)
        : spot
          ? this.one(scene, spot, selection.length === 1 ? "selected" : "largest")
          : []),
      ...(pins.length > 0 ? [el("h5", {}, "Pinned"), this.list(scene, pins, true)] : []),
      this.next(scene.view, selection.length > 1 ? null : spot),
    ];
  }

  /** Marks the dots of samples that something else points at. */
  markSamples(samples: readonly number[]): void {
    for (const dot of this.dots?.querySelectorAll(".pb-sample-dot") ?? [])
      dot.classList.toggle("pb-sample-linked", samples.includes(Number(dot.getAttribute("data-sample"))));
  }

  /** What to do next: the paths behind this cell, the call that made all of it, and the call for this cell alone. */
  private next(view: HeatmapView, spot: Spot | null): HTMLElement {
    const paths = spot && pathCode(view, spot);
    const alone = spot && cellCode(view, spot);
    const named = spot ? layersOf(view, spot).join(" + ") : "";
    return el(
      "div",
      { class: "pb-next" },
      paths &&
        button({ label: `Path graph for ${named}`, icon: "play", look: "outlined" }, () => this.acts.insert(paths)),
      button({ label: "Copy as code", icon: "code", look: "outlined" }, () => this.acts.copyCode()),
      alone && button({ label: "This cell as code", icon: "code", look: "outlined" }, () => this.acts.copyCell(alone)),
    );
  }

  private one(scene: SideScene, { x, y }: Spot, badge: string): HTMLElement[] {
    const { view, numbers, options, layout, theme, width } = scene;
    const nodes: HTMLElement[] = [
      el("h4", {}, isolated(cellName(view, x, y)), el("span", { class: "pb-badge" }, badge)),
    ];
    const source = layout.panels[scene.panel]?.source ?? layout.panels.find((p) => p.source !== null)?.source ?? 0;
    const metric = numbers.metric(options.metric);
    const effect = numbers.effect(metric.key, source, x, y);
    const digits = metric.digits.cell;
    const write = metric.signed ? signed : plain;
    if (!effect)
      return [
        ...nodes,
        el("p", { class: "pb-quiet" }, numbers.n(metric.key, source, x, y) === 0 ? "still to come" : "no value"),
      ];
    if (view.panels.length > 1) nodes.push(this.byPanel(scene, x, y));

    // In a slice the diagonal is no layer alone, so its parts do not add up.
    const pair = view.layout === "pairs" && x !== y && !view.held;
    const interaction = numbers.interaction(metric.key, source, x, y);
    const alone = pair ? [numbers.effect(metric.key, source, x, x), numbers.effect(metric.key, source, y, y)] : [];
    if (interaction && alone[0] && alone[1]) {
      const [first, second] = [alone[0].value, alone[1].value];
      const steps: Step[] = [
        { name: `layer ${view.x.labels[x]}`, from: 0, to: first, value: first, strong: false, low: null, high: null },
        {
          name: `layer ${view.y.labels[y]}`,
          from: first,
          to: first + second,
          value: second,
          strong: false,
          low: null,
          high: null,
        },
        {
          name: "interaction",
          from: first + second,
          to: effect.value,
          value: interaction.value,
          strong: true,
          low: null,
          high: null,
        },
        {
          name: "both",
          from: 0,
          to: effect.value,
          value: effect.value,
          strong: true,
          low: effect.low,
          high: effect.high,
        },
      ];
      nodes.push(el("div", {}, waterfall(steps, width, digits, layout.domain, theme)));
      const n = numbers.n(metric.key, source, x, y);
      const facts: string[] = [];
      if (interaction.positive !== null) facts.push(`superadditive in ${interaction.positive} of ${n} samples`);
      if (interaction.p !== null)
        facts.push(`sign test of the interaction, Holm: p = ${pValue(interaction.p)}`.replace("= <", "<"));
      for (const fact of facts) nodes.push(el("p", { class: "pb-quiet" }, fact));
    } else if (view.panels.length === 1) {
      const ci = interval(effect.low, effect.high, digits);
      nodes.push(el("p", {}, el("b", {}, write(effect.value, metric.digits.readout)), ci ? ` 95 % CI ${ci}` : ""));
    }

    const samples = numbers.samples(metric.key, source, x, y);
    if (samples.some((v) => v !== null)) {
      const plot = dotPlot(stack(samples), effect.value, {
        width,
        digits,
        label: metric.label,
        withSign: metric.signed,
        names: view.sampleLabels,
      });
      const holder = el("div", {}, plot);
      this.dots = holder;
      const at = (event: Event) => (event.target as Element).getAttribute("data-sample");
      holder.addEventListener("pointerover", (event) => {
        const sample = at(event);
        this.acts.sample(sample === null ? null : Number(sample));
      });
      holder.addEventListener("pointerleave", () => this.acts.sample(null));
      holder.addEventListener("click", (event) => {
        const sample = at(event);
        if (sample !== null) this.acts.selectSample(Number(sample));
      });
      nodes.push(el("h5", {}, "Each sample"), holder, ...extremes(samples, view.sampleLabels, (v) => write(v, digits)));
    }
    return nodes;
  }

  private byPanel({ view, numbers, options, theme }: SideScene, x: number, y: number): HTMLElement {
    const metric = numbers.metric(options.metric);
    const write = metric.signed ? signed : plain;
    const rows = view.panels.flatMap((panel, index) => {
      const effect = numbers.effect(metric.key, index, x, y);
      return [
        // By model and task, the stage's own name would not tell panels apart.
        el(
          "span",
          {},
          panel.stage && panel.name === STAGE_NAMES[panel.stage] ? stageMark(panel.stage, theme) : isolated(panel.name),
        ),
        el("span", { class: "pb-right" }, write(effect?.value, metric.digits.cell)),
        el("span", { class: "pb-quiet" }, effect ? interval(effect.low, effect.high, metric.digits.cell) : ""),
      ];
    });
    return el("div", { class: "pb-panel-rows" }, ...rows);
  }

  private many(scene: SideScene): HTMLElement[] {
    const { selection } = scene.marks;
    const shown = selection.slice(0, LISTED);
    const rest = selection.length - shown.length;
    return [
      el("h4", {}, `${selection.length} cells`, el("span", { class: "pb-badge" }, "selected")),
      ...this.together(scene),
      this.list(scene, shown, false),
      ...(rest > 0 ? [el("p", { class: "pb-quiet" }, `and ${rest} more, in the table`)] : []),
    ];
  }

  /** Mean and ends of all selected cells. */
  private together({ marks, numbers, options, layout, panel }: SideScene): HTMLElement[] {
    const metric = numbers.metric(options.metric);
    const write = metric.signed ? signed : plain;
    const source = layout.panels[panel]?.source ?? 0;
    const values = marks.selection.flatMap(({ x, y }) => numbers.effect(metric.key, source, x, y)?.value ?? []);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const { readout: digits } = metric.digits;
    const ends = `from ${write(Math.min(...values), digits)} to ${write(Math.max(...values), digits)}`;
    return [el("p", {}, "mean ", el("b", {}, write(mean, digits)), `, ${ends}`)];
  }

  private list(
    { view, numbers, options, layout, theme, panel }: SideScene,
    spots: readonly (Spot & { number?: number })[],
    numbered: boolean,
  ): HTMLElement {
    const metric = numbers.metric(options.metric);
    const write = metric.signed ? signed : plain;
    const source = layout.panels[panel]?.source ?? 0;
    const rows = spots.map((spot) => {
      const effect = numbers.effect(metric.key, source, spot.x, spot.y);
      const row = el(
        "button",
        { type: "button", class: "pb-spot" },
        numbered && pinBadge(theme, spot.number ?? 0),
        el("span", { class: "pb-spot-name" }, isolated(cellName(view, spot.x, spot.y))),
        el("span", {}, write(effect?.value, metric.digits.cell)),
        el("span", { class: "pb-quiet" }, effect ? interval(effect.low, effect.high, metric.digits.cell) : ""),
      );
      row.addEventListener("click", () => this.acts.goTo(spot));
      return row;
    });
    return el("div", { class: "pb-spots" }, ...rows);
  }
}

/** The samples at both ends in words, for people who cannot point at dots. */
function extremes(
  samples: readonly (number | null)[],
  labels: readonly string[],
  write: (value: number) => string,
): HTMLElement[] {
  const sorted = samples
    .flatMap((value, sample) => (value === null ? [] : [{ value, label: labels[sample] ?? `sample ${sample}` }]))
    .sort((a, b) => b.value - a.value);
  if (sorted.length < 2 * ENDS) return [];
  const line = (name: string, some: typeof sorted) =>
    el(
      "p",
      { class: "pb-quiet" },
      `${name}: `,
      ...some.flatMap(({ label, value }, at) => [at > 0 ? ", " : "", isolated(label), ` ${write(value)}`]),
    );
  return [line("most", sorted.slice(0, ENDS)), line("least", sorted.slice(-ENDS).reverse())];
}
