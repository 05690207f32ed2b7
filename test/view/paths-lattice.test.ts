/** Kept paths one by one: filters, streams, groups and bands are exact; checked against a real trace, counted by hand. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { TraceResult } from "../../kernel-lib/src/result/trace";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import {
  columnLabel,
  columnUnder,
  cutsOfPath,
  hopsOf,
  isOneLayer,
  keptPaths,
  keptWords,
  latticeView,
  NO_GROUPS,
  orderedPaths,
  PathGraph,
  type PathsView,
  pack,
  pathEdges,
  pathNumbers,
  pathsBody,
  pathsLayout,
  pathsSetOf,
  pathsViewOf,
  pathWords,
  rowPlace,
  spellPath,
  tokenName,
  validateView,
  viewEdges,
  viewsOf,
} from "../../kernel-lib/src/view";

let model: Model;
let k1: TraceResult;
let k2: TraceResult;
let view: PathsView;
const ALL = { source: null, rank: null };
/** Kept paths as lists: what everything is checked against. */
let walks: { at: number[]; rank: number }[];

beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
  k1 = await pathTrace(model, { task: "capital", n: 2, maxRank: 30 });
  k2 = await pathTrace(model, { task: "capital", n: 2, maxRank: 30, topK: 2, sources: "instruction-end" });
  view = pathsViewOf(k1.data, { id: "v" });
  const { positions, rank } = k1.data.samples[0];
  const width = view.layers + 1;
  walks = Array.from(rank, (r, p) => ({ at: [...positions.subarray(p * width, (p + 1) * width)], rank: r }));
});
afterAll(() => model.close());

/** Paths and best rank of each hop, by hand. */
function counted(paths: typeof walks): Record<string, [number, number]> {
  const sums: Record<string, [number, number]> = {};
  for (const { at, rank } of paths)
    for (let layer = 0; layer + 1 < at.length; layer++) {
      const key = `${layer}:${at[layer]}>${at[layer + 1]}`;
      const [n, best] = sums[key] ?? [0, rank];
      sums[key] = [n + 1, Math.min(best, rank)];
    }
  return sums;
}
const asSums = (edges: ReturnType<typeof pathEdges>) =>
  Object.fromEntries(edges.map((e) => [`${e.layer}:${e.from}>${e.to}`, [e.paths, e.bestRank]]));

test("without filters the lattice has the trace's own hops, with their heads", () => {
  const lattice = latticeView(view, ALL);
  expect(asSums(pathEdges(lattice))).toEqual(asSums(viewEdges(view)));
  expect(asSums(pathEdges(lattice))).toEqual(counted(walks));
  const heads = new Map(viewEdges(view).map((e) => [`${e.layer}:${e.from}>${e.to}`, e.heads]));
  for (const e of pathEdges(lattice)) expect(e.heads).toEqual(heads.get(`${e.layer}:${e.from}>${e.to}`));
});

test("a rank filter counts whole paths: hops of better paths lose those of worse ones", () => {
  const good = walks.filter(({ rank }) => rank <= 3);
  expect(good.length).toBeGreaterThan(3);
  expect(good.length).toBeLessThan(walks.length);
  const shown = latticeView(view, { source: null, rank: 3 });
  expect(asSums(pathEdges(shown))).toEqual(counted(good));
  expect(keptWords(shown)).toBe(`${good.length} of ${walks.length} kept paths`);
});

test("a source filter keeps the paths that start there, and no hop that only others take", () => {
  const source = walks[0].at[0];
  const mine = walks.filter(({ at }) => at[0] === source);
  const shown = latticeView(view, { source, rank: null });
  expect(asSums(pathEdges(shown))).toEqual(counted(mine));
  expect(shown.kept).toBe(mine.length);
  expect(pathsLayout(view, { width: 800 }, { source }).total).toBe(Object.keys(counted(mine)).length);
});

test("what leads to a hop and on from it are the hops of its paths, not all that could join up", () => {
  const lattice = latticeView(view, ALL);
  const exact = new PathGraph(pathEdges(lattice), lattice.lattice?.flow);
  const joined = new PathGraph(pathEdges(lattice));
  let fewer = 0;
  for (const edge of pathEdges(lattice)) {
    const over = counted(walks.filter(({ at }) => at[edge.layer] === edge.from && at[edge.layer + 1] === edge.to));
    const [up, down] = [exact.upstream(edge), exact.downstream(edge)];
    const names = [...up, edge, ...down].map((e) => `${e.layer}:${e.from}>${e.to}`);
    expect(names.sort()).toEqual(Object.keys(over).sort());
    fewer += Number(up.length + down.length < joined.upstream(edge).length + joined.downstream(edge).length);
  }
  expect(fewer).toBeGreaterThan(0);
});

test("a stream through several places counts each path once", () => {
  const lattice = latticeView(view, ALL);
  const graph = new PathGraph(pathEdges(lattice), lattice.lattice?.flow);
  const [a, b] = walks.map(({ at }) => ({ layer: 2, from: at[2], to: at[3] }));
  const node = { boundary: 4, position: walks[0].at[4] };
  const through = walks.filter(
    ({ at }) => [a, b].some((h) => at[2] === h.from && at[3] === h.to) || at[4] === node.position,
  );
  const stream = graph.stream([a, b, node]);
  expect(stream?.through).toBe(through.length);
  const sums = counted(through);
  for (const e of graph.edges) expect(stream?.paths[e.index]).toBe(sums[`${e.layer}:${e.from}>${e.to}`]?.[0] ?? 0);
});

test("a group is one column: its hops are sums, its label counts its tokens, its name is the reader's", () => {
  const grouping = { ...NO_GROUPS, groups: [{ from: 2, to: 5 }], names: [{ position: 2, name: "the words" }] };
  const shown = latticeView(view, ALL, grouping);
  expect(shown.tokens).toHaveLength(view.tokens.length - 3);
  const column = (p: number) => (p <= 2 ? p : p <= 5 ? 2 : p - 3);
  const moved = walks.map(({ at, rank }) => ({ at: at.map(column), rank }));
  expect(asSums(pathEdges(shown))).toEqual(counted(moved));
  expect(columnLabel(shown, 2)).toBe("the words 4");
  expect(tokenName(shown, 2)).toBe("the words 4 at 2–5");
  expect(tokenName(shown, 3)).toMatch(/ 6$/);
  const edge = pathEdges(shown).find((e) => e.layer === 0 && e.from === 2 && e.to === 2);
  const inside = edge ? hopsOf(view, shown, edge) : [];
  expect(inside.length).toBeGreaterThan(1);
  expect(inside.reduce((n, e) => n + e.paths, 0)).toBe(edge?.paths);
});

test("a band is one row: a hop goes from where paths enter it to where they leave it", () => {
  const shown = latticeView(view, ALL, { ...NO_GROUPS, band: 3 });
  expect(Array.from({ length: shown.layers }, (_, r) => rowPlace(shown, r))).toEqual(["0–2", "3–5", "6–7"]);
  const ends = walks.map(({ at, rank }) => ({ at: [at[0], at[3], at[6], at[8]], rank }));
  expect(asSums(pathEdges(shown))).toEqual(counted(ends));
  expect(isOneLayer(shown, 0)).toBe(false);
  // What is many ways cannot be cut as one edge.
  expect(hopsOf(view, shown, pathEdges(shown)[0])).toEqual([]);
});

test("with sums alone groups stay exact, bands are off, and filters say what they do", () => {
  const sums: PathsView = { ...view, paths: null };
  const grouping = { ...NO_GROUPS, groups: [{ from: 2, to: 5 }], band: 2 };
  const [exact, summed] = [{ ...grouping, band: 1 }, grouping].map((g, i) => latticeView(i ? sums : view, ALL, g));
  expect(asSums(pathEdges(summed))).toEqual(asSums(pathEdges(exact)));
  expect(summed.layers).toBe(view.layers);
  expect(summed.lattice?.flow).toBeNull();
});

test("a path is spelled out from its source to the answer, with what it brings", () => {
  const best = orderedPaths(view, Int32Array.from(walks.keys()), "rank")[0];
  expect(walks[best].rank).toBe(Math.min(...walks.map(({ rank }) => rank)));
  const path = spellPath(view, best);
  if (!path) throw new Error("no path");
  expect(path.positions).toEqual(walks[best].at);
  const moves = path.steps.filter(({ from, to }) => from !== to);
  expect(moves.length).toBeGreaterThan(0);
  // Steps follow each other and cover every layer.
  expect(path.steps.flatMap(({ layers: [a, b] }) => Array.from({ length: b - a + 1 }, (_, i) => a + i))).toEqual(
    Array.from({ length: view.layers }, (_, l) => l),
  );
  expect(cutsOfPath(path)).toEqual(moves.map(({ from, to, layers, heads }) => ({ layer: layers[0], from, to, heads })));
  const words = pathWords(view, path);
  expect(words).toContain(`layer ${moves[0].layers[0]} head`);
  expect(words.endsWith("→ answer ·Paris")).toBe(true);
  expect(pathNumbers(path)).toMatch(/^rank 1, logit [+−]\d+\.\d\d, [−\d.]+ % of the answer's logit$/);
  expect(spellPath({ ...view, paths: null }, 0)).toBeNull();
  expect(spellPath(view, walks.length)).toBeNull();
});

test("logits come first when asked", () => {
  const kept = keptPaths(view);
  const order = orderedPaths(view, Int32Array.from(walks.keys()), "logit");
  for (let i = 1; i < order.length; i++)
    expect(Number(kept?.logit[order[i - 1]])).toBeGreaterThanOrEqual(Number(kept?.logit[order[i]]));
});

test("traces of the same prompts are one view: choices by k, others inside, each a valid graph", () => {
  const set = pathsSetOf([k1.data, k2.data], { trace: 0, sample: 1 }, { id: "v" });
  expect(set.choices).toMatchObject({ by: "k", traces: ["1", "2"], trace: 0 });
  expect(set.choices?.samples).toHaveLength(2);
  expect(set.sample.index).toBe(1);
  // The other trace of this sample comes first.
  expect(set.others?.map(({ trace, body }) => [trace, body.sample.index])).toEqual([
    [1, 1],
    [0, 0],
    [1, 0],
  ]);
  expect(set.others?.[0].body.topK).toBe(2);
  expect(validateView(JSON.parse(JSON.stringify(set))).ok).toBe(true);
  expect(pathsSetOf([k1.data], { trace: 0, sample: 0 }, { id: "v" }, false).others).toBeUndefined();
  expect((viewsOf(k1).view({ id: "v", alone: true }) as PathsView).choices).toBeUndefined();
});

test("traces of other prompts are refused", () => {
  const other = { ...k2.data, spec: { ...k2.data.spec, samples: k2.data.spec.samples.slice(1) } };
  expect(() => pathsSetOf([k1.data, other], { trace: 0, sample: 0 }, { id: "v" })).toThrow(
    /must be of the same prompts/,
  );
});

test("paths, choices and other graphs from outside are checked field by field", () => {
  const { paths } = view;
  const set = pathsSetOf([k1.data, k2.data], { trace: 0, sample: 0 }, { id: "v" });
  const many = Uint8Array.from(walks.flatMap(({ at }) => at));
  const at = (change: (copy: Uint8Array) => void) => {
    const copy = many.slice();
    change(copy);
    return { ...view, paths: { ...paths, positions: pack(copy, [walks.length, view.layers + 1]) } };
  };
  const refused: [unknown, RegExp][] = [
    [at((copy) => copy.fill(250, 0, 1)), /paths\.positions\[0\] is 250/],
    [at((copy) => copy.set([0], 8)), /paths\.positions\[8\] is 0, must go on to the right/],
    [
      { ...view, paths: { ...paths, rank: pack(new Int32Array(walks.length)) } },
      /paths\.rank\[0\] is 0, must be 1 to 30/,
    ],
    [{ ...view, paths: { ...paths, logit: pack(new Float32Array(1)) } }, /paths\.logit\.shape/],
    [{ ...view, lattice: { columns: [] } }, /lattice .*must not be stored/],
    [{ ...set, choices: undefined }, /others .*must come with choices/],
    [{ ...set, choices: { ...set.choices, trace: 2 } }, /choices\.trace is 2/],
    [{ ...set, choices: { ...set.choices, samples: ["a\u202eb"] } }, /choices\.samples\[0\] .*control characters/],
    [{ ...set, others: [{ trace: 0, body: { ...set.others?.[0].body, layers: 0 } }] }, /layers is 0/],
    [{ ...set, others: [{ trace: 0, body: { ...set.others?.[0].body, others: [] } }] }, /others\[0\]\.body\.others/],
  ];
  for (const [value, message] of refused) {
    const checked = validateView(value);
    expect(checked.ok ? "accepted" : checked.message).toMatch(message);
  }
  expect(() => pathsBody({ ...set.others?.[0].body, tokens: [] })).toThrow(/tokens/);
});

test("a part of the lattice is drawn with its own columns and rows; what leads out of it ends at its rim", () => {
  const window = { c0: 4, c1: 9, r0: 2, r1: 4 };
  const layout = pathsLayout(latticeView(view, ALL), { width: 500 }, { window });
  const tokens = layout.labels.filter(({ role }) => role === "token").map(({ of }) => of);
  expect(tokens).toEqual([4, 5, 6, 7, 8, 9]);
  expect(layout.labels.filter(({ role }) => role === "layer").map(({ text }) => text)).toEqual(["1", "2", "3", "4"]);
  expect(layout.labels.some(({ role }) => role === "answer")).toBe(false);
  for (const { edge } of layout.curves) {
    expect([2, 3, 4]).toContain(edge.layer);
    expect(edge.to >= 4 && edge.from <= 9).toBe(true);
  }
  const whole = pathsLayout(latticeView(view, ALL), { width: 500 });
  expect(layout.total).toBe(whole.total);
  expect(layout.column).toBeGreaterThan(whole.column);
});

test("a label that leans away from its column is the column's all the same", () => {
  const layout = pathsLayout(latticeView(view, ALL), { width: 700 });
  for (const { x, y, of, angle } of layout.labels.filter(({ role }) => role === "token")) {
    const turn = (angle * Math.PI) / 180;
    // 20 px along the label from where it ends.
    expect(columnUnder(layout, x - 4 - 20 * Math.cos(turn), y - 20 * Math.sin(turn))).toBe(of);
  }
  expect(columnUnder(layout, layout.plot.x + 40, layout.plot.y + 10)).toBeNull();
});
