/** What a path graph says, and how one walks it: a graph of three tokens and two layers, small enough to check by eye. */
import { expect, test } from "vitest";
import {
  curveAt,
  curvePoint,
  describeHop,
  describePaths,
  describeSpot,
  PATHS_DEFAULTS,
  type PathCurve,
  type PathEdge,
  PathGraph,
  type PathsView,
  pack,
  pathEdges,
  pathsLayout,
  shareWords,
  spotAt,
  validateView,
} from "../../kernel-lib/src/view";

/** [layer, from, to, paths, bestRank, heads]: paths 0>1>2 (5), 0>2>2 (2), 1>1>2 (3). */
const HOPS: [number, number, number, number, number, number[]][] = [
  [0, 0, 1, 5, 1, [0]],
  [0, 0, 2, 2, 7, [1]],
  [0, 1, 1, 3, 2, [0, 1]],
  [1, 1, 2, 8, 1, [0, 1]],
  [1, 2, 2, 2, 7, []],
];
const column = (at: 0 | 1 | 2 | 3 | 4) => pack(Int32Array.from(HOPS, (hop) => hop[at]));
const view: PathsView = {
  schema: "patchbay.view/1",
  kind: "paths",
  id: "v",
  state: "done",
  run: null,
  error: null,
  title: "Paths to the answer: made up",
  model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0" },
  device: "cpu · fp32",
  warnings: [],
  code: "",
  caption: "",
  hashes: { spec: "", result: "" },
  tokens: ["<s>", " is", "."],
  layers: 2,
  heads: 2,
  vocab: 100,
  answer: " yes",
  instructionEnd: null,
  sample: { index: 0, of: 3, label: "" },
  topK: 1,
  maxRank: 10,
  equation: "eq3",
  kept: 10,
  sources: [0, 1],
  totalPaths: pack(Float64Array.of(9, 3)),
  highRanking: pack(Int32Array.of(7, 3)),
  edges: { layer: column(0), from: column(1), to: column(2), paths: column(3), bestRank: column(4) },
  edgeHeads: HOPS.map((hop) => hop[5]),
  completeness: { modelLogit: 9, pathsLogit: 9, cosine: 1, normRatio: 1 },
};
const graph = new PathGraph(pathEdges(view));
const layout = pathsLayout(view, { width: 400 }, { share: 0.8 });
const hop = (layer: number, from: number, to: number) => {
  const edge = graph.edge(layer, from, to);
  if (!edge) throw new Error(`no hop ${layer} ${from} ${to}`);
  return edge;
};
const words = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join(" ");

test("the made-up view is one that a widget takes", () => {
  expect(validateView(view).ok).toBe(true);
});

test("up- and downstream of a hop are all hops that lead to it or on from it, and no others", () => {
  const names = (edges: readonly { layer: number; from: number; to: number }[]) =>
    edges.map((e) => `${e.layer}:${e.from}>${e.to}`).sort();
  expect(names(graph.upstream(hop(1, 1, 2)))).toEqual(["0:0>1", "0:1>1"]);
  expect(names(graph.downstream(hop(0, 0, 1)))).toEqual(["1:1>2"]);
  expect(names(graph.downstream(hop(1, 2, 2)))).toEqual([]);
});

test("a hop is read out with its layer, tokens, paths, share, best rank and heads", () => {
  const { first, second, spoken } = describeHop(view, graph, hop(1, 1, 2));
  expect(words(first)).toBe("Layer 1, ·is 1 → . 2 8 paths best rank 1 heads 0, 1");
  expect(words(second)).toBe("80 % of 10 kept paths · 2 edges lead here, 0 lead on to the answer");
  expect(spoken).toBe("Edge into layer 1, ·is 1 to . 2, 8 paths, best answer rank 1, heads 0, 1.");
});

test("a hop of a token to itself is the residual stream, with or without heads", () => {
  expect(describeHop(view, graph, hop(1, 2, 2)).spoken).toContain(
    ". 2 stays, 2 paths, best answer rank 7, residual stream alone.",
  );
  expect(words(describeHop(view, graph, hop(0, 1, 1)).first)).toContain("residual stream and heads 0, 1");
});

test("a node is read out with the paths through it and its strongest hop", () => {
  const { first, second } = describeSpot(view, graph, { boundary: 1, position: 1 });
  expect(words(first)).toBe("·is 1 after layer 0 8 paths 2 edges in, 1 out");
  expect(words(second)).toContain("strongest: on to . 2, 8 paths");
  expect(describeSpot(view, graph, { boundary: 2, position: 0 }).spoken).toBe(
    "<s> 0 after layer 1, no kept path comes by.",
  );
});

test("the summary says how many edges are thin, and what a filter leaves out", () => {
  const say = (options: Partial<typeof PATHS_DEFAULTS>) => {
    const all = { ...PATHS_DEFAULTS, ...options };
    const { first, second } = describePaths(view, pathsLayout(view, { width: 400 }, all), all, "done");
    return `${words(first)} | ${words(second)}`;
  };
  expect(say({ share: 0.8 })).toMatch(
    /^3 edges drawn of 5, 10 kept paths \| thin lines: 2 edges, the other 20 % of paths/,
  );
  expect(say({ share: 1, source: 1 })).toMatch(/^2 edges drawn of 2.*edges that paths can take, from ·is 1/);
  expect(say({ share: 1, rank: 2 })).toMatch(/^3 edges drawn of 3.*best rank 2 or better/);
});

test("a run is said to be running, with its count of samples", () => {
  const running = {
    ...view,
    state: "partial",
    run: { id: "r", done: 1, total: 3, secondsLeft: null, unit: "samples" },
  } as const;
  expect(words(describePaths(running, layout, PATHS_DEFAULTS, "partial").first)).toBe("Running: 1 of 3 samples traced");
});

test("the keyboard goes along a row and from layer to layer, and stops at the rim", () => {
  const step = (boundary: number, position: number, ...ways: Parameters<PathGraph["step"]>[1][]) =>
    ways.reduce((spot, way) => graph.step(spot, way, 3), { boundary, position });
  expect(step(0, 0, "right")).toEqual({ boundary: 0, position: 1 });
  expect(step(0, 1, "right")).toEqual({ boundary: 0, position: 1 });
  expect(step(0, 0, "up", "up", "up")).toEqual({ boundary: 2, position: 2 });
  expect(step(1, 1, "end", "home")).toEqual({ boundary: 1, position: 1 });
});

test("the pointer finds the hop that it is on, one drawn in full before a thin one, and the node", () => {
  const under = (edge: PathEdge) => {
    const curve = layout.curves.find((c) => c.edge.index === edge.index) as PathCurve;
    const { x, y } = curvePoint(curve, layout.row, 0.5);
    return curveAt(layout, x, y)?.edge;
  };
  for (const edge of [hop(0, 0, 1), hop(0, 1, 1), hop(1, 1, 2), hop(1, 2, 2)]) expect(under(edge)).toEqual(edge);
  // In its middle the thin hop from 0 to 2 crosses the upright one of token 1.
  expect(under(hop(0, 0, 2))).toEqual(hop(0, 1, 1));
  expect(curveAt(layout, 3, 3)).toBeNull();
  const node = layout.nodes.find(({ boundary, position }) => boundary === 1 && position === 1);
  expect(spotAt(layout, graph, (node?.x ?? 0) + 2, node?.y ?? 0, 5)).toEqual({ boundary: 1, position: 1 });
  expect(spotAt(layout, graph, (node?.x ?? 0) + 9, node?.y ?? 0, 5)).toBeNull();
});

test("shares are written so that a small one is not nothing", () => {
  expect([shareWords(712, 3412), shareWords(4, 1000), shareWords(0, 9), shareWords(0, 0)]).toEqual([
    "21 %",
    "0.4 %",
    "0 %",
    "–",
  ]);
});
