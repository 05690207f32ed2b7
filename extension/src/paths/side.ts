/** The side panel: a path spelled out, the selected hops taken apart, chosen tokens, or what is drawn; then the overview
 *  of a large graph, the list of paths, the pins, and how far the paths together stand for the model. */
import {
  count,
  type EdgeDetail,
  type PathEdge,
  type PathGraph,
  type PathsLayout,
  type PathsView,
  plain,
  spotName,
  type Theme,
} from "patchbay/view";
import { button, el, isolated } from "../dom";
import { pinBadge } from "../shell/frames";
import { type OverviewScene, overview, wantsOverview } from "./overview";
import { type CutPlan, EdgeSide, severalEdges, verifySide } from "./side-edge";
import { hopNodes, layerWords, row } from "./side-parts";
import { listSide, type PathActs, type PathScene, spelledSide } from "./side-path";
import { type TokensActs, TokensSide } from "./side-tokens";
import { isHop, type Marks, type Target } from "./state";

export interface SideScene {
  view: PathsView;
  graph: PathGraph;
  layout: PathsLayout;
  theme: Theme;
  marks: Marks;
  /** Selected hops that are there. */
  selected: readonly PathEdge[];
  /** Of the only selected hop: what it is made of, and its attention. */
  hops: readonly PathEdge[];
  detail: EdgeDetail | null;
  cut: CutPlan | null;
  path: PathScene;
  overview: Pick<OverviewScene, "whole" | "window">;
  width: number;
}

export interface SideActs {
  copyCode(): void;
  goTo(target: Target): void;
  cut(): void;
  /** What is shown of the hop has changed. */
  changed(): void;
  /** Puts the middle of what is drawn on a column and a row; `first`: a drag begins. */
  move(column: number, row: number, first: boolean): void;
  paths: PathActs;
  tokens: TokensActs;
}

/** Strongest hops listed while none is selected. */
const LISTED = 5;

export class Side {
  readonly tokens: TokensSide;
  private readonly edge: EdgeSide;

  constructor(private readonly acts: SideActs) {
    this.tokens = new TokensSide(acts.tokens);
    this.edge = new EdgeSide(acts.changed);
  }

  content(scene: SideScene): HTMLElement[] {
    const { view, marks, path, cut, theme, graph, width } = scene;
    const next = [button({ label: "Copy as code", icon: "code", look: "outlined" }, () => this.acts.copyCode())];
    const tokens = this.tokens.content({ view, marks });
    const over = { view, graph, theme, width, ...scene.overview };
    return [
      ...(path.chosen ? spelledSide({ ...path, chosen: path.chosen }, this.acts.paths) : this.selected(scene)),
      ...(cut ? verifySide(cut, () => this.acts.cut()) : []),
      ...tokens,
      ...(wantsOverview(over) ? overview(over, (column, r, first) => this.acts.move(column, r, first)) : []),
      ...listSide(path, this.acts.paths),
      ...(marks.pins.length > 0 ? [el("h5", {}, "Pinned"), this.pins(scene)] : []),
      ...completeness(view),
      el("div", { class: "pb-next" }, ...next),
    ];
  }

  private selected(scene: SideScene): HTMLElement[] {
    const { view, selected, hops, detail, width, graph, marks } = scene;
    const [edge, ...more] = selected;
    if (!edge) return marks.span ? [] : this.summary(scene);
    if (more.length === 0) return this.edge.content({ view, edge, hops, detail, width });
    const through = graph.stream(marks.selection)?.through ?? null;
    return severalEdges(view, selected, through, (other) => this.acts.goTo(other));
  }

  private summary({ view, layout, graph }: SideScene): HTMLElement[] {
    const { rows = [], columns = [], of = view.kept } = view.lattice ?? {};
    const thin = layout.total - layout.shown;
    const facts: [number, string][] = [
      [layout.shown, "edges in full"],
      [thin, "edges as thin lines"],
      ...(view.kept === of ? [] : [[view.kept, "paths that the filters leave"] as [number, string]]),
      [of, "kept paths"],
      ...(columns.some(({ from, to }) => from < to) ? [[columns.length, "columns of tokens"] as [number, string]] : []),
      ...(rows.some(({ from, to }) => from < to) ? [[rows.length, "rows of layers"] as [number, string]] : []),
    ];
    const strongest: PathEdge[] = [];
    for (const edge of graph.strongest) if (edge.from !== edge.to && strongest.push(edge) === LISTED) break;
    return [
      el("h4", {}, "What is drawn"),
      el(
        "div",
        { class: "pb-facts" },
        ...facts.flatMap(([n, what]) => [el("b", { class: "pb-right" }, count(n)), el("span", {}, what)]),
      ),
      ...(strongest.length === 0 ? [] : [el("h5", {}, "Strongest edges between tokens")]),
      el(
        "div",
        { class: "pb-hops" },
        ...strongest.map((edge) =>
          row(null, [layerWords(view, edge), ...hopNodes(view, edge)], count(edge.paths), () => this.acts.goTo(edge)),
        ),
      ),
    ];
  }

  private pins({ view, marks, theme, graph }: SideScene): HTMLElement {
    return el(
      "div",
      { class: "pb-hops" },
      ...marks.pins.map((pin) => {
        const edge = isHop(pin) ? graph.edge(pin.layer, pin.from, pin.to) : null;
        const paths = isHop(pin)
          ? (edge?.paths ?? 0)
          : (graph.starting(pin).length > 0 ? graph.starting(pin) : graph.ending(pin)).reduce((n, e) => n + e.paths, 0);
        const name = isHop(pin) ? [layerWords(view, pin), ...hopNodes(view, pin)] : [isolated(spotName(view, pin))];
        return row(pinBadge(theme, pin.number), name, count(paths), () => this.acts.goTo(pin));
      }),
    );
  }
}

function completeness({ completeness: c, sources, tokens }: PathsView): HTMLElement[] {
  const { modelLogit, pathsLogit, cosine } = c;
  if (modelLogit === null || pathsLogit === null) return [];
  const share = modelLogit > 0 ? pathsLogit / modelLogit : null;
  const bar = el("i", {});
  bar.style.width = `${100 * Math.min(1, Math.max(0, share ?? 0))}%`;
  const whole = sources.length === tokens.length ? "All paths" : "All paths from the traced sources";
  return [
    el("h5", {}, "Completeness"),
    ...(share === null ? [] : [el("div", { class: "pb-completeness", "aria-hidden": "true" }, bar)]),
    el(
      "p",
      { class: "pb-quiet" },
      `${whole}, kept or not, sum to ${plain(pathsLogit, 2)} of the answer's logit ${plain(modelLogit, 2)}` +
        (cosine === null ? "" : `, cosine ${plain(cosine, 2)}`),
    ),
  ];
}
