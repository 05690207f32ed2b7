/** What a reader has done to a path graph, as it is kept with a notebook and taken back; which graph is shown; which part
 *  of it is drawn. Without a page. */

import {
  latticeView,
  PathGraph,
  type PathsBody,
  type PathsLayout,
  type PathsView,
  type PathWindow,
  pack,
  pathEdges,
  validateView,
  wholeWindow,
  withGroup,
} from "patchbay/view";
import { describe, expect, test, vi } from "vitest";
import { Graphs } from "../../extension/src/paths/graphs";
import { columnsFound, linkedOf, pointingOf, sampleAt } from "../../extension/src/paths/links";
import { Moving } from "../../extension/src/paths/moving";
import { Preview } from "../../extension/src/paths/preview";
import { PathsReader } from "../../extension/src/paths/reader";
import * as S from "../../extension/src/paths/state";
import { fitting, holding, panned, zoomed } from "../../extension/src/paths/window";

/** Two layers, four tokens, three paths: 0>1>3 (rank 1), 0>0>3 (rank 5), 2>2>3 (rank 2). */
const WALKS = [
  [0, 1, 3],
  [0, 0, 3],
  [2, 2, 3],
];
const RANKS = [1, 5, 2];
const HOPS = [
  [0, 0, 1, 1, 1],
  [0, 0, 0, 1, 5],
  [0, 2, 2, 1, 2],
  [1, 1, 3, 1, 1],
  [1, 0, 3, 1, 5],
  [1, 2, 3, 1, 2],
];
const column = (at: number) => pack(Int32Array.from(HOPS, (hop) => hop[at] as number));
const view: PathsView = {
  schema: "patchbay.view/1",
  kind: "paths",
  id: "v",
  state: "done",
  run: null,
  error: null,
  title: "Paths",
  model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0" },
  device: "cpu · fp32",
  warnings: [],
  code: "",
  caption: "",
  hashes: { spec: "", result: "" },
  tokens: ["The", " capital", " of", "."],
  layers: 2,
  heads: 2,
  vocab: 100,
  answer: " yes",
  instructionEnd: 2,
  sample: { index: 0, of: 2, label: "a" },
  topK: 1,
  maxRank: 10,
  equation: "eq3",
  kept: 3,
  sources: [0, 2],
  totalPaths: pack(Float64Array.of(9, 3)),
  highRanking: pack(Int32Array.of(2, 1)),
  edges: { layer: column(0), from: column(1), to: column(2), paths: column(3), bestRank: column(4) },
  edgeHeads: HOPS.map(([, from, to]) => (from === to ? [] : [1])),
  completeness: { modelLogit: 2, pathsLogit: 1, cosine: 1, normRatio: 1 },
  paths: {
    positions: pack(Uint8Array.from(WALKS.flat()), [3, 3]),
    rank: pack(Int32Array.from(RANKS)),
    logit: pack(Float32Array.of(1, 0.5, 0.25)),
  },
  choices: { by: "k", traces: ["1", "2"], trace: 0, samples: ["a", "b"] },
};
const body = (index: number): PathsBody =>
  ({ ...view, sample: { index, of: 2, label: "b" }, choices: undefined }) as PathsBody;

function reader() {
  const graphs = new Graphs(view);
  const said: string[] = [];
  const saved: S.Marks[] = [];
  const made: PathsReader = new PathsReader(
    {
      pointedElsewhere: () => undefined,
      marked: (marks) => saved.push(marks),
      say: (sentence) => said.push(sentence),
      tellOthers: () => undefined,
      leave: () => said.push("left"),
    },
    {
      view: () => graphs.show(made.state.marks).view,
      graph: () => graphs.show(made.state.marks).graph,
      stored: () => graphs.show(made.state.marks).stored,
      paths: () => [0, 2, 1],
    },
  );
  return { made, graphs, said, saved };
}

test("the made-up view is one that a notebook could hold", () => {
  expect(validateView(view).ok).toBe(true);
});

describe("marks that are kept", () => {
  test("come back as they were", () => {
    const marks: S.Marks = {
      ...S.NO_MARKS,
      selection: [{ layer: 0, from: 0, to: 1 }],
      pins: [{ boundary: 1, position: 2, number: 3 }],
      place: { trace: 1, sample: 1 },
      share: 0.5,
      source: 2,
      rank: 3,
      groups: [{ from: 0, to: 1 }],
      names: [{ position: 0, name: "words" }],
      band: 2,
      path: 1,
      through: [0, 1],
      window: { c0: 1, c1: 2, r0: 0, r1: 0 },
      order: "logit",
    };
    expect(S.readMarks(JSON.parse(JSON.stringify(marks)), view)).toEqual(marks);
  });

  test("from anywhere else are held to the graph's size", () => {
    const read = S.readMarks(
      {
        selection: [{ layer: 2, from: 0, to: 1 }, { layer: 0, from: 1, to: 0 }, "x", { layer: 1, from: 1, to: 3 }],
        pins: [{ boundary: 9, position: 0, number: 1 }],
        place: { trace: 5, sample: 0 },
        share: 7,
        source: 1,
        rank: 11,
        groups: [
          { from: 2, to: 9 },
          { from: 1, to: 1 },
          { from: 0, to: 2 },
          { from: 2, to: 3 },
        ],
        names: [
          { position: 1, name: "a\u202e\u200bb\n" },
          { position: 9, name: "c" },
          { position: 2, name: 4 },
        ],
        band: 0,
        path: -1,
        through: [2, 1, 1, "0"],
        // Two columns are left, and two rows.
        window: { c0: 0, c1: 3, r0: 0, r1: 1 },
        order: "length",
      },
      view,
    );
    expect(read).toEqual({
      ...S.NO_MARKS,
      selection: [{ layer: 1, from: 1, to: 3 }],
      groups: [{ from: 2, to: 3 }],
      names: [{ position: 1, name: "ab" }],
      through: [1],
    });
    for (const odd of [null, 3, "x", [], { selection: 1, groups: {}, names: null }])
      expect(S.readMarks(odd, view)).toEqual(S.NO_MARKS);
  });

  test("of another sample lose what stands on tokens; of another k they stay", () => {
    const marks: S.Marks = { ...S.NO_MARKS, rank: 3, source: 2, groups: [{ from: 0, to: 1 }], path: 2, band: 2 };
    const place = { trace: 0, sample: 1 };
    expect(S.moved(marks, place, false)).toEqual({ ...S.NO_MARKS, rank: 3, band: 2, place });
    expect(S.moved(marks, place, true)).toEqual({ ...marks, place, path: null });
  });
});

describe("groups", () => {
  test("take the place of those that they cover; pins go along", () => {
    expect(
      withGroup(
        [
          { from: 0, to: 1 },
          { from: 5, to: 7 },
        ],
        { from: 1, to: 3 },
      ),
    ).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 7 },
    ]);
    const before = latticeView(view, { source: null, rank: null }).lattice;
    const grouping = { groups: [{ from: 0, to: 1 }], names: [], band: 2 };
    const after = latticeView(view, { source: null, rank: null }, grouping).lattice;
    if (!before || !after) throw new Error("no lattice");
    const marks: S.Marks = {
      ...S.NO_MARKS,
      selection: [{ layer: 1, from: 1, to: 3 }],
      pins: [
        { layer: 1, from: 1, to: 3, number: 1 },
        { boundary: 2, position: 2, number: 2 },
      ],
    };
    expect(S.regrouped(marks, before, after)).toMatchObject({
      selection: [],
      pins: [
        { layer: 0, from: 0, to: 2, number: 1 },
        { boundary: 1, position: 1, number: 2 },
      ],
    });
  });

  test("are layers and positions to other views, and found by any token in them", () => {
    const shown = latticeView(
      view,
      { source: null, rank: null },
      { groups: [{ from: 0, to: 1 }], names: [{ position: 0, name: "Instruction" }], band: 2 },
    );
    const graph = new PathGraph(pathEdges(shown), shown.lattice?.flow);
    expect(pointingOf({ layer: 0, from: 0, to: 2 }, view, shown, graph)).toEqual({
      layer: ["0", "1"],
      position: ["0", "1", "3", "-4", "-3", "-1"],
      token: ["The", " capital", "."],
      sample: ["a"],
    });
    expect(linkedOf({ layer: ["1"], position: ["1", "3"] }, view, shown, graph)).toMatchObject({
      hops: [{ from: 0, to: 2 }],
      layers: [0],
      positions: [0, 2],
    });
    expect(columnsFound(view, shown, "capit")).toEqual([0]);
    expect(columnsFound(view, shown, "instruc")).toEqual([0]);
    expect(columnsFound(view, shown, "3")).toEqual([2]);
  });
});

describe("a reader of paths", () => {
  test("goes through them in the list's order, hears each, and puts it aside by Esc", () => {
    const { made, said } = reader();
    made.stepPath(1);
    expect(made.state.marks.path).toBe(0);
    expect(said.at(-1)).toBe(
      "Path 1 of 3, rank 1, logit +1.00, 50 % of the answer's logit: The 0, layer 0 head 1 → ·capital 1, layer 1 head 1 → . 3 → answer ·yes.",
    );
    made.stepPath(1);
    expect(made.state.marks.path).toBe(2);
    made.stepPath(-1);
    made.stepPath(-1);
    expect(made.state.marks.path).toBe(1);
    made.do({ do: "escape" });
    expect(made.state.marks.path).toBeNull();
    made.do({ do: "undo" });
    expect(made.state.marks.path).toBe(1);
  });

  test("selects several hops by Ctrl-click and `a`; a plain click leaves one", () => {
    const { made, said } = reader();
    made.select({ layer: 0, from: 0, to: 1 });
    made.select({ layer: 1, from: 0, to: 3 }, true);
    expect(made.state.marks.selection).toHaveLength(2);
    expect(said.at(-1)).toMatch(/^2 edges selected\. Edge into layer 1, The 0 to \. 3, 1 path/);
    made.select({ layer: 1, from: 0, to: 3 }, true);
    expect(made.state.marks.selection).toEqual([{ layer: 0, from: 0, to: 1 }]);
    made.state = { ...made.state, cursor: { boundary: 2, position: 3 } };
    made.addAtCursor();
    expect(made.state.marks.selection).toHaveLength(2);
    made.select({ layer: 0, from: 2, to: 2 });
    expect(made.state.marks.selection).toEqual([{ layer: 0, from: 2, to: 2 }]);
  });

  test("filters, and the way back brings the graph back", () => {
    const { made, graphs } = reader();
    const edges = () => graphs.show(made.state.marks).graph.edges.length;
    expect(edges()).toBe(6);
    made.change({ rank: 2 });
    expect(graphs.show(made.state.marks).view.kept).toBe(2);
    expect(edges()).toBe(4);
    made.do({ do: "undo" });
    expect(edges()).toBe(6);
    made.do({ do: "redo" });
    expect(edges()).toBe(4);
  });

  test("chooses tokens by Shift and arrows, on both sides, and lets them go", () => {
    const { made } = reader();
    made.state = { ...made.state, cursor: { boundary: 0, position: 2 } };
    const press = (direction: string) => made.do({ do: "move", direction, extend: true });
    press("left");
    expect(made.state.marks.span).toEqual({ from: 2, to: 2 });
    press("left");
    expect(made.state.marks.span).toEqual({ from: 1, to: 2 });
    made.chooseUpTo({ from: 3, to: 3 }, true);
    expect(made.state.marks.span).toEqual({ from: 1, to: 3 });
    made.do({ do: "escape" });
    expect(made.state.marks.span).toBeNull();
  });
});

describe("graphs of one view", () => {
  test("are those that it holds, or that the kernel gives, once", async () => {
    const graphs = new Graphs({ ...view, others: [{ trace: 1, body: body(0) }] });
    expect(graphs.at({ trace: 1, sample: 0 })?.id).toBe("v");
    expect(graphs.at({ trace: 0, sample: 1 })).toBeNull();
    await expect(graphs.ask({ trace: 0, sample: 1 }, null)).rejects.toThrow(/no kernel to ask: run the cell again/);
    const asked: unknown[] = [];
    const call = <R>(request: unknown) => {
      asked.push(request);
      return Promise.resolve({ ...body(1), choices: undefined } as R);
    };
    await graphs.ask({ trace: 0, sample: 1 }, call);
    await graphs.ask({ trace: 0, sample: 1 }, call);
    expect(asked).toEqual([{ op: "paths", view: "v", trace: 0, sample: 1 }]);
    const shown = graphs.show({ ...S.NO_MARKS, place: { trace: 0, sample: 1 } });
    expect(shown.stored.sample.label).toBe("b");
    expect(graphs.show({ ...S.NO_MARKS, place: { trace: 0, sample: 1 } })).toBe(shown);
  });

  test("that a kernel gives wrongly are refused", async () => {
    const graphs = new Graphs(view);
    const call = <R>() => Promise.resolve({ ...body(1), layers: 0 } as R);
    await expect(graphs.ask({ trace: 0, sample: 1 }, call)).rejects.toThrow(/layers is 0/);
    expect(graphs.at({ trace: 0, sample: 1 })).toBeNull();
  });
});

describe("the part that is drawn", () => {
  const whole = { c0: 0, c1: 59, r0: 0, r1: 47 };

  test("gets nearer around a node down to four, and back to the whole", () => {
    const near = zoomed(whole, null, "in", { boundary: 10, position: 40 });
    expect(near).toEqual({ c0: 14, c1: 53, r0: 3, r1: 34 });
    const spot = { boundary: 10, position: 40 };
    let now = near;
    for (let i = 0; i < 12; i++) now = zoomed(whole, now, "in", spot) ?? now;
    expect((now?.c1 ?? 0) - (now?.c0 ?? 0)).toBe(3);
    expect(now && now.c0 <= 40 && now.c1 >= 40).toBe(true);
    for (let i = 0; i < 12; i++) now = zoomed(whole, now, "out", spot);
    expect(now).toBeNull();
  });

  test("is pushed back at the rim, follows the cursor, and is dragged", () => {
    const now = { c0: 10, c1: 19, r0: 10, r1: 19 };
    expect(panned(whole, now, -50, 50)).toEqual({ c0: 0, c1: 9, r0: 38, r1: 47 });
    expect(holding(whole, now, { boundary: 12, position: 12 })).toBe(now);
    expect(holding(whole, now, { boundary: 5, position: 25 })).toEqual({ c0: 16, c1: 25, r0: 4, r1: 13 });
    expect(fitting(whole, now)).toBe(now);
    expect(fitting({ ...whole, c1: 15 }, now)).toBeNull();
  });

  test("is undone as one step for a drag, is kept through undo, and goes after the cursor without a step", () => {
    const { made } = reader();
    const big = { ...view, tokens: Array.from({ length: 60 }, () => "t"), layers: 48 } as PathsView;
    const moving = new Moving(made, {
      view: () => big,
      layout: () => null as PathsLayout | null,
      window: () => fitting(wholeWindow(big), made.state.marks.window),
    });
    const window = (): PathWindow | null => made.state.marks.window;
    expect(moving.pan(3, 3, true)).toBe(false);
    expect(moving.zoom("in", null, null)).toBe(true);
    const near = window();
    expect(near).not.toBeNull();
    moving.pan(1, 0, true);
    moving.pan(2, 1, false);
    moving.pan(4, 2, false);
    expect(window()).toEqual({
      c0: (near?.c0 ?? 0) + 4,
      c1: (near?.c1 ?? 0) + 4,
      r0: (near?.r0 ?? 0) + 2,
      r1: (near?.r1 ?? 0) + 2,
    });
    made.do({ do: "undo" });
    expect(window()).toEqual(near);
    made.state = { ...made.state, cursor: { boundary: 48, position: 59 } };
    const steps = made.state.past.length;
    moving.follow();
    expect(window()).toMatchObject({ c1: 59, r1: 47 });
    expect(made.state.past.length).toBe(steps);
    expect(moving.zoom("reset", null, null)).toBe(true);
    expect([window(), moving.zoom("reset", null, null)]).toEqual([null, false]);
  });

  test("goes along when tokens are put together, and is let go when it holds all", () => {
    const [before, after] = [[], [{ from: 0, to: 1 }]].map(
      (groups) => latticeView(view, { source: null, rank: null }, { groups, names: [], band: 1 }).lattice,
    );
    if (!before || !after) throw new Error("no lattice");
    const marks: S.Marks = { ...S.NO_MARKS, window: { c0: 1, c1: 2, r0: 0, r1: 1 } };
    expect(S.regrouped(marks, before, after).window).toEqual({ c0: 0, c1: 1, r0: 0, r1: 1 });
    const all = { ...marks, window: { c0: 1, c1: 3, r0: 0, r1: 1 } };
    expect(S.regrouped(all, before, after).window).toBeNull();
  });
});

describe("a sample that another view points at", () => {
  test("is one of the choices, and no place in a prompt", () => {
    const { choices } = view;
    expect(sampleAt({ sample: ["b"] }, choices)).toBe(1);
    expect(sampleAt({ sample: ["b"], layer: ["3"] }, choices)).toBe(1);
    expect(sampleAt({ sample: ["b"], position: ["1"], token: [" of"] }, choices)).toBeNull();
    expect(sampleAt({ sample: ["c"] }, choices)).toBeNull();
    expect(sampleAt({ sample: ["a", "b"] }, choices)).toBeNull();
    expect(sampleAt({ sample: ["b"] }, undefined)).toBeNull();
  });

  test("is shown once the pointer rests on it, as long as it does, if it is here", () => {
    vi.useFakeTimers();
    try {
      let drawn = 0;
      const held = new Set([1, 2]);
      const preview = new Preview({
        place: () => ({ trace: 0, sample: 0 }),
        choices: () => ({ by: "k", traces: ["1"], trace: 0, samples: ["a", "b", "c", "d"] }),
        holds: ({ sample }) => held.has(sample),
        changed: () => drawn++,
      });
      for (const name of ["b", "c", "b"]) preview.point({ sample: [name] });
      expect(preview.place).toBeNull();
      vi.runAllTimers();
      expect([preview.place, drawn]).toEqual([{ trace: 0, sample: 1 }, 1]);
      // On the way to the next one the graph does not go back and forth.
      preview.point(null);
      preview.point({ sample: ["c"] });
      vi.runAllTimers();
      expect([preview.place, drawn]).toEqual([{ trace: 0, sample: 2 }, 2]);
      preview.point({ sample: ["d"] });
      vi.runAllTimers();
      expect([preview.place, drawn]).toEqual([null, 3]);
      preview.point({ sample: ["a"] });
      vi.runAllTimers();
      expect([preview.place, drawn]).toEqual([null, 3]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("all paths of a graph of which the notebook holds sums", () => {
  const sums: PathsView = { ...view, paths: null };

  test("come from the kernel, and take the place of the sums", async () => {
    const graphs = new Graphs(sums);
    expect(graphs.show(S.NO_MARKS).view.lattice?.flow).toBeNull();
    const asked: unknown[] = [];
    const call = <R>(request: unknown) => {
      asked.push(request);
      return Promise.resolve({ ...body(0), paths: view.paths } as R);
    };
    await graphs.askWhole(graphs.own, call);
    expect(asked).toEqual([{ op: "paths", view: "v", trace: 0, sample: 0, whole: true }]);
    expect(graphs.isWhole(graphs.own)).toBe(true);
    expect(graphs.show(S.NO_MARKS).view.lattice?.flow?.paths).toHaveLength(3);
    graphs.take({ ...sums, hashes: { spec: "", result: "another" } }, false);
    expect(graphs.show(S.NO_MARKS).view.lattice?.flow).toBeNull();
  });

  test("say why when they are too many for a page as well", async () => {
    const graphs = new Graphs(sums);
    const call = <R>() => Promise.resolve({ ...body(0), paths: null } as R);
    await expect(graphs.askWhole(graphs.own, call)).rejects.toThrow(/3 paths are more than a page holds/);
    expect(graphs.isWhole(graphs.own)).toBe(false);
  });
});
