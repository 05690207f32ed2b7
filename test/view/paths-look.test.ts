/** How a path graph is looked at: paths that move in given layers, counted by hand, and the figure of a look, which the
 *  kernel and a page draw alike. Of a real trace. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import {
  curvesByHop,
  highlightOf,
  keptPaths,
  latticeView,
  type PathEdge,
  PathGraph,
  type PathsLook,
  type PathsView,
  pack,
  pathEdges,
  pathsFigure,
  pathsLayout,
  pathsViewOf,
  themes,
  viewEdges,
} from "../../kernel-lib/src/view";

let model: Model;
let view: PathsView;
let walks: number[][];
beforeAll(async () => {
  await bundle();
  model = await loadModel("demo/dpo", { host: "inline" });
  const result = await pathTrace(model, { task: "capital", n: 1, maxRank: 30 });
  view = pathsViewOf(result.data, { id: "v" });
  const positions = keptPaths(view)?.positions ?? [];
  const width = view.layers + 1;
  walks = Array.from({ length: view.kept }, (_, p) =>
    Array.from({ length: width }, (_, b) => positions[p * width + b]),
  );
});
afterAll(() => model.close());

const through = (layers: number[]) => ({ source: null, rank: null, through: layers });
const moves = (walk: number[], layers: number[]) => layers.every((layer) => walk[layer] !== walk[layer + 1]);

test("a filter by layers leaves the paths that go from one token to another in each of them", () => {
  for (const layers of [[], [0], [5], [0, 5], [2, 3, 6]]) {
    const shown = latticeView(view, through(layers));
    const left = walks.flatMap((walk, p) => (moves(walk, layers) ? [p] : []));
    expect(Array.from(shown.lattice?.flow?.paths ?? [])).toEqual(left);
    expect(shown.kept).toBe(left.length);
    for (const edge of pathEdges(shown)) expect(layers.includes(edge.layer) && edge.from === edge.to).toBe(false);
  }
  expect(walks.some((walk) => moves(walk, [5]))).toBe(true);
  expect(walks.every((walk) => moves(walk, [5]))).toBe(false);
});

test("of sums alone it leaves the hops of all ways that could be such paths, and no dead ends", () => {
  const sums: PathsView = { ...view, paths: null };
  for (const layers of [[5], [0, 5], [1, 2, 3, 4]]) {
    const left = pathEdges(latticeView(sums, through(layers)));
    const has = new Set(left.map((e) => `${e.layer},${e.from},${e.to}`));
    for (const walk of walks.filter((each) => moves(each, layers)))
      for (let layer = 0; layer < view.layers; layer++)
        expect(has.has(`${layer},${walk[layer]},${walk[layer + 1]}`)).toBe(true);
    const graph = new PathGraph(left);
    for (const edge of left) {
      expect(layers.includes(edge.layer) && edge.from === edge.to).toBe(false);
      if (edge.layer > 0) expect(graph.ending({ boundary: edge.layer, position: edge.from })).not.toHaveLength(0);
      if (edge.layer < view.layers - 1)
        expect(graph.starting({ boundary: edge.layer + 1, position: edge.to })).not.toHaveLength(0);
    }
  }
  // A layer in which nothing moves lets nothing through.
  const still = viewEdges(view).filter((e) => e.layer !== 3 || e.from === e.to);
  const column = (pick: (edge: PathEdge) => number) => pack(Int32Array.from(still, pick));
  const none: PathsView = {
    ...sums,
    edges: {
      layer: column((e) => e.layer),
      from: column((e) => e.from),
      to: column((e) => e.to),
      paths: column((e) => e.paths),
      bestRank: column((e) => e.bestRank),
    },
    edgeHeads: still.map((e) => e.heads),
  };
  expect(pathEdges(latticeView(none, through([])))).toHaveLength(still.length);
  expect(pathEdges(latticeView(none, through([3])))).toHaveLength(0);
});

/** Groups, a name, bands, a window, what flows through a hop, two pins. */
function look(): PathsLook {
  const grouping = { groups: [{ from: 1, to: 4 }], names: [{ position: 1, name: "the wording" }], band: 2 };
  const drawn = latticeView(view, through([]), grouping);
  const hop = new PathGraph(pathEdges(drawn)).strongest.find((e) => e.from !== e.to && e.layer === 3);
  if (!hop) throw new Error("no hop between tokens");
  const { layer, from, to } = hop;
  return {
    share: 1,
    source: null,
    rank: 20,
    through: [],
    ...grouping,
    window: { c0: 1, c1: drawn.tokens.length - 1, r0: 1, r1: 3 },
    selection: [{ layer, from, to }],
    pins: [
      { layer, from, to, number: 1 },
      { boundary: 4, position: to, number: 2 },
    ],
    path: null,
  };
}

/** A drawing without what tells a file from another: title, caption, hashes, units, the family of the font. */
const bare = (svg: string) =>
  svg.replace(/^<svg[^>]*>(<title>.*?<\/title><desc>.*?<\/desc><metadata>.*?<\/metadata>)?/s, "<svg>");

test("kernel and page draw the same: bands, groups, names, window, highlight and pins", async () => {
  const asked = look();
  const page = pathsFigure(view, themes.print, { width: 648 }, asked).svg;
  const kernel = await figureOf(view, { look: asked }).svg();
  expect(bare(kernel)).toBe(bare(page));
  for (const words of ["the wording 4", "4–5", "6–7", '<g opacity="0.28">', 'class="pb-highlight"'])
    expect(page).toContain(words);
  const badges = page.match(/font-weight="700"[^>]*>\d</g)?.map((text) => text.at(-2));
  expect(badges).toEqual(["1", "2"]);
  // The window leaves out the lowest layers and the first token; it stands on what is after them.
  expect(page).not.toContain(">embed<");
  expect(page).toContain(">0–1<");
  const plain = pathsFigure(view, themes.print, { width: 648 }).svg;
  for (const words of ["the wording", "6–7", 'opacity="0.28"', "pb-highlight"]) expect(plain).not.toContain(words);
  expect((await figureOf(view, { look: asked }).pdf()).length).toBeGreaterThan(5_000);
});

test("a saved view is printed as it was left; a look that does not lie in the graph is refused", async () => {
  const asked = look();
  const left = { ...view, marks: { ...asked, place: null, span: null, order: "rank" } };
  expect(await figureOf(left).svg()).toBe(await figureOf(view, { look: asked }).svg());
  expect(await figureOf(left, { rank: 1 }).svg()).toBe(await figureOf(view, { look: { ...asked, rank: 1 } }).svg());
  // Of another graph's marks nothing is taken that does not fit.
  expect(await figureOf({ ...view, marks: { band: 99, window: "x" } }).svg()).toBe(await figureOf(view).svg());
  const wrong: [Partial<PathsLook>, RegExp][] = [
    [{ band: 9 }, /look\.band is "9", must lie in this path graph/],
    [{ through: [8] }, /look\.through/],
    [{ window: { c0: 0, c1: 99, r0: 0, r1: 1 } }, /look\.window/],
    [{ groups: [{ from: 3, to: 1 }] }, /look\.groups/],
    [{ rank: 31 }, /rank is 31, must be a whole number from 1 to 30/],
  ];
  for (const [bad, message] of wrong) expect(() => figureOf(view, { look: bad })).toThrow(message);
});

test("a path that is spelled out is highlighted alone, and nothing where the filters leave it out", () => {
  const drawn = latticeView(view, through([]));
  const graph = new PathGraph(pathEdges(drawn), drawn.lattice?.flow);
  const layout = pathsLayout(drawn, { width: 648 });
  const path = Array.from(drawn.lattice?.flow?.hop.subarray(0, view.layers) ?? []);
  const shapes = highlightOf({ layout, graph, maxRank: view.maxRank }, { selection: [], path }, curvesByHop(layout));
  expect(shapes.map(({ kind }) => kind)).toEqual([...walks[0].slice(1).map(() => "line"), "ends"]);
  const svg = (given: Partial<PathsLook>) => pathsFigure(view, themes.print, { width: 648 }, given).svg;
  expect(svg({ path: 0 })).toContain("pb-highlight");
  const unfit = [0, 1, 2, 3, 4, 5, 6, 7].find((layer) => !moves(walks[0], [layer])) as number;
  expect(svg({ path: 0, through: [unfit] })).toBe(svg({ through: [unfit] }));
});
