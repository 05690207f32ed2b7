/** Path graphs: layout, words, hostile views, pictures; of made-up hops and of a real trace. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { pack } from "../../kernel-lib/src/result/pack";
import type { TraceResult } from "../../kernel-lib/src/result/trace";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { pathsSvg } from "../../kernel-lib/src/view/paths-figure";
import { pathsLayout, rankWords } from "../../kernel-lib/src/view/paths-layout";
import { pathsSummary, pathsText } from "../../kernel-lib/src/view/paths-text";
import type { PathsView } from "../../kernel-lib/src/view/paths-types";
import { pathEdges, pathsViewOf, pendingPathsView } from "../../kernel-lib/src/view/paths-view";
import { themes } from "../../kernel-lib/src/view/theme";
import { validateView } from "../../kernel-lib/src/view/validate";

let model: Model;
let result: TraceResult;
let view: PathsView;
beforeAll(async () => {
  await bundle();
  model = await loadModel("demo/dpo", { host: "inline" });
  result = await pathTrace(model, { task: "capital", n: 1, maxRank: 30 });
  view = pathsViewOf(result.data, { id: "v", instructionEnd: 10 });
});
afterAll(() => model.close());

test("a real trace's view is valid, and its numbers are those of the tables", () => {
  expect(validateView(JSON.parse(JSON.stringify(view)))).toEqual({ ok: true, view: JSON.parse(JSON.stringify(view)) });
  const counts = result.table("counts").rows;
  expect(view.kept).toBe(counts.reduce((n, row) => n + Number(row[3]), 0));
  const last = pathEdges(view).filter((e) => e.layer === view.layers - 1);
  expect(last.reduce((n, e) => n + e.paths, 0)).toBe(view.kept);
});

test("tokens stand from left to right, layers upward, and a hop rises by one layer", () => {
  const layout = pathsLayout(view, { width: 900 });
  for (const { edge, x1, x2, y1, y2 } of layout.curves) {
    expect(y1 - y2).toBeCloseTo(layout.row, 6);
    expect((x2 - x1) / layout.column).toBeCloseTo(edge.to - edge.from, 6);
  }
  expect(layout.curves).toHaveLength(pathEdges(view).length);
  expect(layout.width).toBeLessThanOrEqual(900);
  expect(layout.labels.filter(({ role }) => role === "token")).toHaveLength(view.tokens.length);
});

test("the strongest hops that hold the share are drawn in full, all others thin, none is dropped", () => {
  const edges = pathEdges(view);
  const total = edges.reduce((n, e) => n + e.paths, 0);
  for (const share of [0.5, 0.8, 1]) {
    const layout = pathsLayout(view, { width: 900 }, { share });
    const full = layout.curves.filter(({ rankClass }) => rankClass >= 0);
    expect(full.reduce((n, { edge }) => n + edge.paths, 0)).toBeGreaterThanOrEqual(share * total - 1e-9);
    expect(layout.shown).toBe(full.length);
    const weakest = Math.min(...full.map(({ edge }) => edge.paths));
    for (const { edge, rankClass } of layout.curves) if (rankClass < 0) expect(edge.paths).toBeLessThanOrEqual(weakest);
    expect(layout.curves).toHaveLength(edges.length);
  }
});

test("one source alone shows only hops that its paths can take", () => {
  const source = view.sources[0];
  const { curves } = pathsLayout(view, { width: 900 }, { source });
  const lowest = curves.filter(({ edge }) => edge.layer === 0);
  expect(lowest.length).toBeGreaterThan(0);
  expect(lowest.every(({ edge }) => edge.from === source)).toBe(true);
  expect(curves.length).toBeLessThan(pathEdges(view).length);
});

test("many tokens and layers shrink the lattice down to a least pitch, and labels are thinned", () => {
  const tokens = Array.from({ length: 60 }, (_, i) => ` word${i}`);
  const none = pack(new Int32Array(0));
  const wide: PathsView = {
    ...view,
    layers: 64,
    tokens,
    edges: { layer: none, from: none, to: none, paths: none, bestRank: none },
    edgeHeads: [],
    sources: [],
    totalPaths: pack(new Float64Array(0)),
    highRanking: none,
  };
  const layout = pathsLayout(wide, { width: 700, height: 600 });
  expect(layout.width).toBeLessThanOrEqual(700);
  expect(layout.height).toBeLessThanOrEqual(600);
  const layers = layout.labels.filter(({ role }) => role === "layer").map(({ text }) => text);
  expect(layers.at(-1)).toBe("63");
  expect(layers.length).toBeLessThan(40);
});

test("classes of best rank follow the limit", () => {
  expect(rankWords(100)).toEqual(["1", "2–3", "4–10", "11–30", "31–100"]);
  expect(rankWords(10)).toEqual(["1", "2", "3", "4–5", "6–10"]);
  expect(rankWords(30)).toEqual(["1", "2–3", "4–10", "11–30"]);
  expect(rankWords(5)).toEqual(["1", "2", "3", "4–5"]);
  expect(rankWords(1)).toEqual(["1"]);
});

test("in words: the summary counts paths, the text lists sources and hops", () => {
  expect(pathsSummary(view)).toMatch(
    /^Paths to the answer: capital, path graph, [\d\u202f]+ of [\d\u202f]+ paths kept/,
  );
  const text = pathsText(view);
  expect(text).toContain("from token");
  expect(text.split("\n").filter((line) => /^\d+ .*(residual|\d)$/.test(line)).length).toBeGreaterThan(4);
});

test("before its sample is traced a view has its tokens and no paths", () => {
  const pending = pendingPathsView({ ...result.data, state: "partial", samples: [] }, { id: "v" });
  expect(pending.state).toBe("loading");
  expect(pending.tokens).toEqual(view.tokens);
  expect(validateView(pending).ok).toBe(true);
});

test("hostile views are refused by field, value and rule", () => {
  const refused: [(v: Record<string, never> & PathsView) => unknown, RegExp][] = [
    [(v) => ({ ...v, layers: 0 }), /layers is 0, must be a whole number from 1/],
    [(v) => ({ ...v, tokens: v.tokens.slice(0, 3) }), /sources|instructionEnd/],
    [(v) => ({ ...v, edges: { ...v.edges, to: v.edges.from, from: v.edges.to } }), /must not lie behind its target/],
    [(v) => ({ ...v, edges: { ...v.edges, layer: pack(Int32Array.of(1)) } }), /edges\.layer\.shape/],
    [(v) => ({ ...v, edgeHeads: v.edgeHeads.map(() => [99]) }), /edgeHeads\[0\]\[0\] is 99/],
    [(v) => ({ ...v, title: "a\u202eb" }), /title .*control characters/],
    [(v) => ({ ...v, highRanking: pack(Int32Array.from(v.sources, () => -1)) }), /highRanking\[0\] .*must be a count/],
  ];
  for (const [change, message] of refused) {
    const checked = validateView(change(view as never));
    expect(checked.ok ? "" : checked.message).toMatch(message);
  }
});

test("markup in a token is text in the picture", () => {
  const svg = pathsSvg({ ...view, tokens: view.tokens.map(() => "<script>&") }, themes.light, { width: 800 });
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("&lt;script&gt;&amp;");
});

test("the figure of a path graph draws as SVG, PNG and PDF, the same bytes every time", async () => {
  const figure = figureOf(view, { width: "double-column" });
  expect(figure.spec).toBeNull();
  const svg = await figure.svg();
  expect(svg).toContain("best answer rank");
  expect(await figure.svg()).toBe(svg);
  const [png, pdf] = [await figure.png({ dpi: 96 }), await figure.pdf()];
  expect(Buffer.from(png).subarray(1, 4).toString()).toBe("PNG");
  expect(Buffer.from(pdf).subarray(0, 5).toString()).toBe("%PDF-");
  expect(() => figureOf(view, { share: 2 })).toThrow(/share is 2, must be a number from 0 to 1/);
  expect(() => figureOf(view, { source: 999 })).toThrow(/source is 999, must be one of the traced sources/);
});
