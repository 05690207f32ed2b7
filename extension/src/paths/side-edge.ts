/** The side panel's look at a selected hop: its heads, their attention from the running kernel, and what happens when the
 *  selected hops, or the path that is spelled out, are cut in the real model. */
import {
  type CutResult,
  count,
  type EdgeDetail,
  type HopCut,
  headWords,
  isOneLayer,
  keptWords,
  type PathEdge,
  type PathsView,
  plain,
  rowPlace,
  shareWords,
  signed,
} from "patchbay/view";
import { button, el, svg } from "../dom";
import type { Known } from "./drill";
import { hopNodes, layerWords, quiet, row } from "./side-parts";

/** What would be cut, and what became of it. */
export interface CutPlan {
  /** "this edge", "these 3 edges", "this path". */
  what: string;
  cuts: readonly HopCut[];
  /** Why it cannot be cut; null: it can. */
  why: string | null;
  known: Known;
}

export interface EdgeScene {
  view: PathsView;
  edge: PathEdge;
  /** Stored hops that it is made of. */
  hops: readonly PathEdge[];
  detail: EdgeDetail | null;
  width: number;
}

const BARS = 44;

export class EdgeSide {
  /** The head whose row of attention is shown; null: the first. */
  private head: number | null = null;

  constructor(private readonly changed: () => void) {}

  /** One hop taken apart. */
  content({ view, edge, hops, detail, width }: EdgeScene): HTMLElement[] {
    const layers = `${isOneLayer(view, edge.layer) ? "layer" : "layers"} ${rowPlace(view, edge.layer)}`;
    const nodes: HTMLElement[] = [
      el("h4", {}, `Edge into ${layers}`, el("span", { class: "pb-badge" }, "selected")),
      el("p", { class: "pb-hop-line" }, ...hopNodes(view, edge)),
      el("p", {}, el("b", {}, count(edge.paths)), ` of ${keptWords(view)} (${shareWords(edge.paths, view.kept)})`),
      quiet(`best answer rank ${count(edge.bestRank)}`),
    ];
    if (hops.length > 1)
      return [...nodes, quiet(`${headWords(view, edge)}; ${hops.length} edges between single tokens`)];
    const [only] = hops;
    if (!detail || !only) return [...nodes, quiet(headWords(view, edge))];
    nodes.push(el("h5", {}, "Heads at this edge"), this.heads({ view }, detail));
    const head = detail.heads.find((h) => h.head === this.head && h.row) ?? detail.heads[0];
    if (head?.row)
      nodes.push(
        el("h5", {}, `Attention of head ${head.head} at query ${only.to}`),
        el("div", {}, attention(only, head.row, width)),
      );
    return nodes;
  }

  private heads({ view }: { view: PathsView }, { heads }: EdgeDetail): HTMLElement {
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
          this.changed();
        });
        return node;
      });
    return el("div", { class: "pb-heads" }, ...rows);
  }
}

/** Several selected hops: each in a row, and how many paths go over at least one of them. */
export function severalEdges(
  view: PathsView,
  edges: readonly PathEdge[],
  through: number | null,
  goTo: (edge: PathEdge) => void,
): HTMLElement[] {
  return [
    el("h4", {}, `${edges.length} edges`, el("span", { class: "pb-badge" }, "selected")),
    ...(through === null
      ? []
      : [
          el(
            "p",
            {},
            el("b", {}, count(through)),
            ` of ${keptWords(view)} take at least one (${shareWords(through, view.kept)})`,
          ),
        ]),
    el(
      "div",
      { class: "pb-hops" },
      ...edges.map((edge) =>
        row(null, [layerWords(view, edge), ...hopNodes(view, edge)], count(edge.paths), () => goTo(edge)),
      ),
    ),
  ];
}

/** The section "Verify". */
export function verifySide({ what, cuts, why, known }: CutPlan, cut: () => void): HTMLElement[] {
  const title = el("h5", {}, "Verify");
  const heads = cuts.reduce((n, c) => n + c.heads.length, 0);
  const failed = known.failed ? [el("p", { class: "pb-failed" }, known.failed)] : [];
  if (known.cut) return [title, ...cutWords(known.cut, what)];
  if (known.cutting) return [title, quiet("Cutting and running …")];
  if (why) return [title, quiet(why), ...failed];
  return [
    title,
    quiet(`Sets the attention of ${heads === 1 ? "1 head" : `${heads} heads`} along ${what} to 0 in a real run.`),
    ...failed,
    el("div", { class: "pb-next pb-cut" }, button({ label: "Cut and run", icon: "cross", look: "outlined" }, cut)),
  ];
}

/** What was measured, each with what was predicted. */
function cutWords({ logit, rank }: CutResult, what: string): HTMLElement[] {
  const measured = signed(logit.after - logit.before, 2);
  const predicted = signed(logit.predicted - logit.before, 2);
  return [
    el("p", { class: "pb-quiet" }, `Cutting ${what} in a real run:`),
    el(
      "p",
      { class: "pb-cut-result" },
      "answer logit ",
      el("b", {}, `${plain(logit.before, 2)} → ${plain(logit.after, 2)}`),
    ),
    el("p", {}, "change ", el("b", {}, measured), el("span", { class: "pb-quiet" }, `, predicted ${predicted}`)),
    el(
      "p",
      {},
      "rank ",
      el("b", {}, `${count(rank.before)} → ${count(rank.after)}`),
      el("span", { class: "pb-quiet" }, `, predicted ${count(rank.predicted)}`),
    ),
  ];
}

/** Attention over the positions up to the query; the hop's source in ink. */
function attention({ from, to }: PathEdge, row: readonly number[], width: number): SVGElement {
  const step = width / row.length;
  const bar = Math.max(1, step - Math.min(2, step * 0.25));
  const chart = svg("svg", {
    class: "pb-chart",
    width,
    height: BARS + 16,
    role: "img",
    "aria-label": `${plain(row[from], 2)} on position ${from}`,
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
    node.append(svg("title", {}, `position ${position}: ${plain(weight, 2)}`));
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
