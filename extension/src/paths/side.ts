/** The side panel: the selected hop taken apart (paths, heads, attention, what cutting it does), or what is drawn; then
 *  the pins and how far the paths together stand for the model. */
import {
  type CutResult,
  count,
  type EdgeDetail,
  headWords,
  type PathEdge,
  type PathGraph,
  type PathsLayout,
  type PathsView,
  plain,
  shareWords,
  signed,
  spotName,
  type Theme,
  tokenName,
} from "patchbay/view";
import { button, el, isolated, svg } from "../dom";
import { pinBadge } from "../shell/frames";
import type { Known } from "./drill";
import { isHop, type Marks, type Target } from "./state";

export interface SideScene {
  view: PathsView;
  graph: PathGraph;
  layout: PathsLayout;
  theme: Theme;
  marks: Marks;
  known: Known | null;
  canCut: boolean;
  width: number;
}

export interface SideActs {
  copyCode(): void;
  goTo(target: Target): void;
  cut(edge: PathEdge): void;
  /** What is shown of the hop has changed. */
  changed(): void;
}

/** Strongest hops listed while none is selected. */
const LISTED = 5;
const BARS = 44;

export class Side {
  /** The head whose row of attention is shown; null: the first. */
  private head: number | null = null;

  constructor(private readonly acts: SideActs) {}

  content(scene: SideScene): HTMLElement[] {
    const { view, graph, marks } = scene;
    const [hop] = marks.selection;
    const edge = hop ? graph.edge(hop.layer, hop.from, hop.to) : null;
    const next = [button({ label: "Copy as code", icon: "code", look: "outlined" }, () => this.acts.copyCode())];
    return [
      ...(edge ? this.edge(scene, edge) : this.summary(scene)),
      ...(marks.pins.length > 0 ? [el("h5", {}, "Pinned"), this.pins(scene)] : []),
      ...completeness(view),
      el("div", { class: "pb-next" }, ...next),
    ];
  }

  private summary({ view, layout, graph }: SideScene): HTMLElement[] {
    const thin = layout.total - layout.shown;
    const facts: [number, string][] = [
      [layout.shown, "edges in full"],
      [thin, "edges as thin lines"],
      [view.kept, "kept paths"],
    ];
    const strongest = [...layout.curves]
      .map(({ edge }) => edge)
      .filter((edge) => edge.from !== edge.to)
      .sort((a, b) => b.paths - a.paths || a.index - b.index)
      .slice(0, LISTED);
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
          this.row(
            edge,
            null,
            [el("span", { class: "pb-quiet" }, `layer ${edge.layer}`), ...hopNodes(view, edge)],
            `${count(graph.edge(edge.layer, edge.from, edge.to)?.paths ?? 0)}`,
          ),
        ),
      ),
    ];
  }

  private edge(scene: SideScene, edge: PathEdge): HTMLElement[] {
    const { view, known, width } = scene;
    const nodes: HTMLElement[] = [
      el("h4", {}, `Edge into layer ${edge.layer}`, el("span", { class: "pb-badge" }, "selected")),
      el("p", { class: "pb-hop-line" }, ...hopNodes(view, edge)),
      el(
        "p",
        {},
        el("b", {}, count(edge.paths)),
        ` of ${count(view.kept)} kept paths (${shareWords(edge.paths, view.kept)})`,
      ),
      el("p", { class: "pb-quiet" }, `best answer rank ${count(edge.bestRank)}`),
    ];
    const detail = known?.detail ?? null;
    if (!detail) return [...nodes, el("p", { class: "pb-quiet" }, headWords(edge))];
    nodes.push(el("h5", {}, "Heads at this edge"), this.heads(scene, detail));
    const head = detail.heads.find((h) => h.head === this.head && h.row) ?? detail.heads[0];
    if (head?.row)
      nodes.push(
        el("h5", {}, `Attention of head ${head.head} at query ${edge.to}`),
        el("div", {}, attention(view, edge, head.row, width)),
      );
    nodes.push(...this.verify(scene, edge));
    return nodes;
  }

  private heads({ view }: SideScene, { heads }: EdgeDetail): HTMLElement {
    const chosen = heads.find((h) => h.head === this.head && h.row) ?? heads[0];
    const rows = heads
      .filter(({ row, onEdge }) => row !== null || onEdge)
      .map(({ head, weight, onEdge, row }) => {
        const bar = el("i", { class: `pb-head-bar${onEdge ? " pb-strong-bar" : ""}` });
        bar.style.width = `${100 * Math.min(1, weight)}%`;
        const node = el(
          "button",
          { type: "button", class: "pb-head", "aria-pressed": String(head === chosen?.head), disabled: row === null },
          el(onEdge ? "b" : "span", {}, `head ${head}`),
          el("span", { class: "pb-head-track" }, bar),
          el("span", {}, plain(weight, 2)),
          el("span", { class: "pb-quiet" }, onEdge ? `top-${view.topK}` : ""),
        );
        node.addEventListener("click", () => {
          this.head = head;
          this.acts.changed();
        });
        return node;
      });
    return el("div", { class: "pb-heads" }, ...rows);
  }

  private verify({ known, canCut }: SideScene, edge: PathEdge): HTMLElement[] {
    const nodes: HTMLElement[] = [el("h5", {}, "Verify")];
    if (edge.heads.length === 0)
      return [
        ...nodes,
        el("p", { class: "pb-quiet" }, "No head carries this edge; the residual stream cannot be cut."),
      ];
    if (known?.cut) nodes.push(...cutWords(known.cut));
    else if (known?.cutting) nodes.push(el("p", { class: "pb-quiet" }, "Cutting and running …"));
    else
      nodes.push(
        el("p", { class: "pb-quiet" }, `Sets the attention of ${headNames(edge)} along this edge to 0 in a real run.`),
      );
    if (known?.failed) nodes.push(el("p", { class: "pb-failed" }, known.failed));
    if (canCut && !known?.cut)
      nodes.push(
        el(
          "div",
          { class: "pb-next pb-cut" },
          button({ label: "Cut and run", icon: "cross", look: "outlined" }, () => this.acts.cut(edge)),
        ),
      );
    return nodes;
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
        const name = isHop(pin)
          ? [el("span", { class: "pb-quiet" }, `layer ${pin.layer}`), ...hopNodes(view, pin)]
          : [isolated(spotName(view, pin))];
        return this.row(pin, pinBadge(theme, pin.number), name, count(paths));
      }),
    );
  }

  private row(target: Target, badge: HTMLElement | null, name: readonly (Node | string)[], value: string): HTMLElement {
    const words = el("span", { class: "pb-spot-name" });
    for (const part of name) words.append(part, " ");
    const row = el("button", { type: "button", class: "pb-spot" }, badge, words, el("span", {}, value));
    row.addEventListener("click", () => this.acts.goTo(target));
    return row;
  }
}

const headNames = ({ heads }: PathEdge): string => `${heads.length === 1 ? "head" : "heads"} ${heads.join(", ")}`;

/** `. 12 → ·France 15`, or `·France 15 stays`. */
function hopNodes(view: PathsView, { from, to }: { from: number; to: number }): (Node | string)[] {
  const chip = (position: number) => {
    const words = tokenName(view, position);
    const number = String(position);
    return el(
      "span",
      { class: "pb-token-chip" },
      el("code", {}, isolated(words.slice(0, -number.length - 1))),
      ` ${number}`,
    );
  };
  return from === to ? [chip(to), " stays"] : [chip(from), " → ", chip(to)];
}

function cutWords({ logit, rank }: CutResult): HTMLElement[] {
  const measured = signed(logit.after - logit.before, 2);
  const predicted = signed(logit.predicted - logit.before, 2);
  return [
    el("p", { class: "pb-quiet" }, "Cutting it in a real run:"),
    el(
      "p",
      { class: "pb-cut-result" },
      "answer logit ",
      el("b", {}, `${plain(logit.before, 2)} → ${plain(logit.after, 2)}`),
      ` (${measured})`,
    ),
    el(
      "p",
      {},
      "rank ",
      el("b", {}, `${count(rank.before)} → ${count(rank.after)}`),
      el("span", { class: "pb-quiet" }, `, predicted ${predicted}, rank ${count(rank.predicted)}`),
    ),
  ];
}

/** Attention over the positions up to the query; the hop's source in ink. */
function attention(view: PathsView, { from, to }: PathEdge, row: readonly number[], width: number): SVGElement {
  const step = width / row.length;
  const bar = Math.max(1, step - Math.min(2, step * 0.25));
  const chart = svg("svg", {
    class: "pb-chart",
    width,
    height: BARS + 16,
    role: "img",
    "aria-label": `${plain(row[from], 2)} on ${tokenName(view, from)}`,
  });
  for (const [position, weight] of row.entries()) {
    const height = Math.max(1, BARS * Math.min(1, weight));
    const node = svg("rect", {
      class: position === from ? "pb-attention pb-strong-bar" : "pb-attention",
      x: position * step + (step - bar) / 2,
      y: BARS - height,
      width: bar,
      height,
    });
    node.append(svg("title", {}, `${tokenName(view, position)}: ${plain(weight, 2)}`));
    chart.append(node);
  }
  const places = [...new Set([0, from, to])].filter((p) => p === from || Math.abs(p - from) * step > 16);
  for (const position of places)
    chart.append(
      svg(
        "text",
        {
          class: position === from ? "pb-tick-text pb-main-text pb-strong" : "pb-tick-text",
          x: Math.min(width - 6, Math.max(4, (position + 0.5) * step)),
          y: BARS + 13,
          "text-anchor": "middle",
        },
        String(position),
      ),
    );
  return chart;
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
