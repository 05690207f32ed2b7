/** Path graphs: layout, words, hostile views, pictures; of made-up hops and of a real trace. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { pack } from "../../kernel-lib/src/result/pack";
import type { TraceResult } from "../../kernel-lib/src/result/trace";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { textWidth } from "../../kernel-lib/src/view/format";
import { describePaths } from "../../kernel-lib/src/view/paths-describe";
import { pathsSvg } from "../../kernel-lib/src/view/paths-figure";
import { PATHS_DEFAULTS, type PathsLayout, pathsLayout, rankWords } from "../../kernel-lib/src/view/paths-layout";
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

/** Hops of given paths, one below the other in each column. */
function ladder(tokens: number, layers: number, paths: (layer: number) => number): PathsView {
  const edges = Array.from({ length: layers }, (_, layer) => ({ layer, paths: paths(layer) }));
  const column = (pick: (e: { layer: number; paths: number }) => number) => pack(Int32Array.from(edges, pick));
  return {
    ...view,
    tokens: Array.from({ length: tokens }, () => " word"),
    layers,
    instructionEnd: 0,
    paths: null,
    sources: [0],
    totalPaths: pack(Float64Array.of(3e9)),
    highRanking: pack(Int32Array.of(2e9)),
    edges: {
      layer: column((e) => e.layer),
      from: column(() => 0),
      to: column(() => 0),
      paths: column((e) => e.paths),
      bestRank: column(() => 1),
    },
    edgeHeads: edges.map(() => []),
  };
}

test("few tokens or layers use the room, within bounds, and stand in the middle of what they leave", () => {
  const wide = pathsLayout(
    ladder(14, 8, () => 1),
    { width: 1400, height: 700 },
  );
  expect(wide.column).toBe(72);
  const two = pathsLayout(
    ladder(2, 1, () => 1),
    { width: 1400, height: 700 },
  );
  expect([two.column, two.row]).toEqual([160, 80]);
  const small = pathsLayout(
    ladder(1, 8, () => 1),
    { width: 1400, height: 700 },
  );
  const middle = (small.plot.x - 62 + small.plot.x + small.plot.width + 24) / 2;
  expect(Math.abs(middle - small.width / 2)).toBeLessThanOrEqual(1);
});

test("the legend ends inside the picture, however narrow it is and however many paths there are", () => {
  for (const width of [240, 320, 388, 700, 1400])
    for (const maxRank of [1, 10, 30, 100_000])
      for (const most of [1, 40, 2e9]) {
        const many = { ...ladder(3, 4, (layer) => Math.ceil(most / (layer + 1))), maxRank };
        const { legend, width: picture } = pathsLayout(many, { width });
        const ends = [
          ...legend.texts.map(({ x, text, anchor }) => x + textWidth(text, 11) / (anchor === "middle" ? 2 : 1)),
          ...legend.swatches.map((swatch) => swatch.x + swatch.width),
        ];
        expect(Math.max(...ends), `${width} ${maxRank} ${most}`).toBeLessThanOrEqual(picture);
        for (const y of new Set(legend.texts.map((text) => text.y))) {
          const spans = legend.texts
            .filter((text) => text.y === y)
            .map(({ x, text, anchor }) => {
              const wide = textWidth(text, 11);
              return anchor === "middle" ? [x - wide / 2, x + wide / 2] : [x, x + wide];
            });
          for (let i = 1; i < spans.length; i++) expect(spans[i][0]).toBeGreaterThan(spans[i - 1][1]);
        }
      }
});

test("hops that as many paths take are drawn alike: all in full or all thin, and what is thin is said as it is", () => {
  const equal = pathsLayout(
    ladder(3, 6, () => 1),
    { width: 600 },
    { share: 0.8 },
  );
  expect([equal.shown, equal.total, equal.held]).toEqual([6, 6, 1]);
  const mixed = pathsLayout(
    ladder(3, 6, (layer) => (layer < 4 ? 3 : 1)),
    { width: 600 },
    { share: 0.5 },
  );
  expect(mixed.shown).toBe(4);
  expect(mixed.held).toBeCloseTo(12 / 14, 12);
  const words = describePaths(
    ladder(3, 6, () => 3),
    mixed,
    PATHS_DEFAULTS,
    "done",
  );
  expect(words.second[0].text).toContain("thin lines: 2 edges, the other 14 % of paths");
});

test("long numbers are shortened where columns have no room for them", () => {
  const counts = ({ labels }: PathsLayout) => labels.filter(({ role }) => role === "count").map(({ text }) => text);
  const many = ladder(14, 8, () => 1);
  expect(counts(pathsLayout(many, { width: 600 }))).toEqual(["2.0B"]);
  expect(counts(pathsLayout(many, { width: 1400 }))).toEqual(["2.0B"]);
  expect(
    counts(
      pathsLayout(
        ladder(2, 8, () => 1),
        { width: 1400 },
      ),
    ),
  ).toEqual(["2\u202f000\u202f000\u202f000"]);
});

test("a part of the lattice names the layer below its first row", () => {
  const part = pathsLayout(
    ladder(8, 8, () => 1),
    { width: 600 },
    { window: { c0: 0, c1: 7, r0: 3, r1: 6 } },
  );
  const names = part.labels.filter(({ role }) => role === "layer").map(({ text }) => text);
  expect(names).toEqual(["2", "3", "4", "5", "6"]);
});

test("hairs among thousands of hops have no halo, in the picture as in print", () => {
  const halos = (of: PathsView) =>
    pathsSvg(of, themes.light, { width: 900 }, { share: 1 }).split(`stroke="${themes.light.colour.surface}"`).length -
    1;
  expect(halos(ladder(3, 40, () => 1))).toBe(40);
  const dense = ladder(3, 1600, (layer) => (layer === 1599 ? 1600 : 1));
  expect(halos(dense)).toBe(1);
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
