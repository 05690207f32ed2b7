/** The heatmap's controls: metric, effect or interaction, panels and their difference, hatch. */
import { type HeatmapOptions, type HeatmapView, plain } from "patchbay/view";
import type { MenuItem } from "../menu";
import type { Gesture } from "../shell/gesture";
import type { Bar } from "../shell/toolbar";
import type { AnyPart, Scene } from "../shell/types";
import type { Choices } from "./choices";

export interface ToolbarActs {
  /** What is drawn now. */
  options(): HeatmapOptions;
  change(choices: Partial<Choices>, gesture?: Gesture): void;
  slice(): number;
  chooseSlice(at: number, gesture?: Gesture): void;
  /** The view, or the slice that is drawn: it may have fewer metrics. */
  shown(): HeatmapView;
  /** Slices by the layer that each holds. */
  held(): readonly (string | null)[];
  /** Of several panels one at a time is drawn. */
  single(): boolean;
  /** Cells beyond the colours' limits. */
  clipped(): number;
  /** The largest magnitude of the drawn cells: the end of the threshold's range. */
  most(): number;
}

type Difference = HeatmapOptions["difference"];
type Toolbar = AnyPart<HeatmapView>["toolbar"];
const differenceKey = (d: Difference) => (d ? `${d.a}-${d.b}` : "");
/** Where the threshold begins, as a share of the largest magnitude. */
const FIRST_THRESHOLD = 0.25;
/** More panels than this are chosen from a list. */
const MOST_SEGMENTS = 3;
/** Letters of all their names. */
const MOST_LETTERS = 28;

export function heatmapToolbar(acts: ToolbarActs): Toolbar {
  const { options, change } = acts;
  const hasInteraction = () => Boolean(acts.shown().metrics.find((m) => m.key === options().metric)?.interaction);

  const sliders = () => (acts.held().length > 1 ? 1 : 0) + (options().threshold !== null ? 1 : 0);
  const hatchInBar = ({ view, width }: Scene<HeatmapView>) =>
    width === "wide" && sliders() + (view.panels.length > 1 ? 1 : 0) < 2;

  const build = (bar: Bar<HeatmapView>, scene: Scene<HeatmapView>): HTMLElement[] => {
    const { view, width } = scene;
    const many = view.panels.length > 1;
    const nodes: HTMLElement[] = [];
    if (view.metrics.length > 1) {
      const metrics = view.metrics.map((m) => [m.key, m.label] as const);
      const of = () => options().metric;
      const select = bar.select("Metric", metrics, of, (metric) => change({ metric }));
      // Slices of deep models hold the shown metric alone.
      bar.follow(() => {
        for (const option of select.querySelectorAll("option"))
          option.disabled = !acts.shown().metrics.some(({ key }) => key === option.value);
      });
      nodes.push(select);
    }
    if (hasInteraction() && width !== "tiny") {
      const modes = [
        ["Effect", "effect"],
        ["Interaction", "interaction"],
      ] as const;
      const chosen = (_: Scene, mode: HeatmapOptions["mode"]) => options().mode === mode;
      nodes.push(bar.segments("Shown quantity", modes, chosen, (mode) => change({ mode })));
    }
    if (many && acts.single()) nodes.push(panelSwitch(bar, view, acts));
    if (many && !acts.single())
      nodes.push(
        bar.select(
          "Difference",
          [["", "none"], ...differences(view)],
          () => differenceKey(options().difference),
          (key) => change({ difference: key ? readDifference(key) : null }),
        ),
      );
    const held = acts.held();
    if (held.length > 1)
      nodes.push(
        bar.slider(
          "With layer",
          { min: 0, max: held.length - 1, step: 1 },
          () => ({ value: acts.slice(), words: acts.held()[acts.slice()] ?? "none" }),
          acts.chooseSlice,
        ),
      );
    if (options().threshold !== null && width !== "tiny") nodes.push(thresholdSlider(bar, acts));
    if (hatchInBar(scene))
      nodes.push(
        bar.switch(
          "Hatch",
          () => options().hatch,
          (hatch) => change({ hatch }),
        ),
      );
    return nodes;
  };

  const more = (scene: Scene<HeatmapView>): MenuItem[] => {
    const { width } = scene;
    const { hatch, limits, mode, threshold } = options();
    const items: MenuItem[] = [
      {
        label: "Threshold",
        checked: threshold !== null,
        act: () => change({ threshold: threshold === null ? acts.most() * FIRST_THRESHOLD : null }),
      },
    ];
    if (limits === "full" || acts.clipped() > 0)
      items.push({
        label: "Colours up to the largest value",
        checked: limits === "full",
        act: () => change({ limits: limits === "full" ? "robust" : "full" }),
      });
    if (!hatchInBar(scene))
      items.push({ label: "Hatch what is not significant", checked: hatch, act: () => change({ hatch: !hatch }) });
    if (width === "tiny" && acts.shown().metrics.some((m) => m.interaction))
      items.push({
        label: "Interaction instead of effect",
        checked: mode === "interaction",
        act: () => change({ mode: mode === "interaction" ? "effect" : "interaction" }),
      });
    return items;
  };

  return {
    parts: ({ view }) => [
      view.layout,
      acts.single(),
      view.metrics.map((m) => [m.key, m.label]),
      hasInteraction(),
      view.panels.map((p) => p.name),
      acts.held(),
      options().threshold !== null,
      options().metric,
      options().mode,
    ],
    build,
    more,
    // Every further control takes a place; the toolbar stays one row.
    findInBar: ({ view }) => view.panels.length < 2 && sliders() === 0,
  };
}

/** Cells under it recede. In a hundred steps to the largest magnitude. */
function thresholdSlider(bar: Bar<HeatmapView>, { options, change, most }: ToolbarActs): HTMLElement {
  const max = Number(most().toPrecision(2));
  return bar.slider(
    "At least",
    { min: 0, max, step: max / 100 },
    () => ({ value: options().threshold ?? 0, words: plain(options().threshold ?? 0, max < 1 ? 2 : 1) }),
    (threshold, gesture) => change({ threshold }, gesture),
  );
}

/** One panel at a time; the difference of the last and the first is one more choice. A list where the names are too
 *  many or too long to stand side by side. */
function panelSwitch(bar: Bar<HeatmapView>, view: HeatmapView, { options, change }: ToolbarActs): HTMLElement {
  const last = view.panels.length - 1;
  const choices: [string, Partial<Choices>][] = view.panels.map((panel, index) => [
    panel.name,
    { panels: [index], difference: null },
  ]);
  choices.push([`${view.panels[last].name} − ${view.panels[0].name}`, { panels: [], difference: { a: last, b: 0 } }]);
  const isChosen = ({ difference: asked, panels: one }: Partial<Choices>) => {
    const { difference, panels } = options();
    return asked ? difference !== null : difference === null && panels[0] === one?.[0];
  };
  const letters = choices.reduce((sum, [name]) => sum + name.length, 0);
  if (last < MOST_SEGMENTS && letters <= MOST_LETTERS)
    return bar.segments("Panel", choices, (_, choice) => isChosen(choice), change);
  return bar.select(
    "Panel",
    choices.map(([name], index) => [String(index), name]),
    () => String(choices.findIndex(([, choice]) => isChosen(choice))),
    (index) => change(choices[Number(index)][1]),
  );
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
