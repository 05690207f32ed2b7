/** What a reader does to a path graph, without a page: links by layer, position and token, selection, pins, undo. */

import { PathGraph, type PathsView } from "patchbay/view";
import { describe, expect, test } from "vitest";
import type { Pointing } from "../../extension/src/link";
import { PathsReader } from "../../extension/src/paths/reader";

const hop = (index: number, layer: number, from: number, to: number, paths: number) => ({
  index,
  layer,
  from,
  to,
  paths,
  bestRank: 1,
  heads: from === to ? [] : [1],
});

/** Two layers over three tokens: 0 -> 1 -> 2 and what stays. */
function reader() {
  const graph = new PathGraph([hop(0, 0, 0, 1, 5), hop(1, 1, 1, 2, 5), hop(2, 1, 2, 2, 3)]);
  const view = {
    layers: 2,
    tokens: ["The", " capital", " of"],
    kept: 8,
    maxRank: 10,
    sources: [0],
    sample: { index: 0, of: 1, label: "France" },
  } as unknown as PathsView;
  const heard: Pointing[] = [];
  const said: string[] = [];
  const made = new PathsReader(
    {
      pointedElsewhere: () => undefined,
      marked: () => undefined,
      say: (sentence) => said.push(sentence),
      tellOthers: (at) => heard.push(at),
      leave: () => said.push("left"),
    },
    { view: () => view, stored: () => view, graph: () => graph, paths: () => [] },
  );
  return { made, heard, said };
}

describe("links of a path graph", () => {
  test("say a hop by its layer, heads, tokens, and positions counted from both ends", () => {
    const { made, heard } = reader();
    made.pointAt({ layer: 1, from: 1, to: 2 });
    expect(heard).toEqual([
      { layer: ["1"], position: ["1", "2", "-2", "-1"], token: [" capital", " of"], head: ["1"], sample: ["France"] },
    ]);
    made.pointAt({ boundary: 0, position: 2 });
    expect(heard.at(-1)).toEqual({ position: ["2", "-1"], token: [" of"], sample: ["France"] });
  });

  test("understand positions counted from the end, as views of several prompts give them", () => {
    const { made } = reader();
    made.pointed({ layer: ["1"], position: ["-1"], token: [" of"] });
    expect(made.linked).toEqual({ hops: [expect.objectContaining({ index: 2 })], layers: [1], positions: [2] });
    made.pointed({ position: ["-1"], token: [" France"] });
    expect(made.linked.positions).toEqual([]);
    made.pointed(null);
    expect(made.linked).toEqual({ hops: [], layers: [], positions: [] });
  });

  test("mark what another path graph points at", () => {
    const { made } = reader();
    made.pointed({ layer: ["0"], position: ["0", "1", "-3", "-2"], token: ["The", " capital"] });
    expect(made.linked.hops).toMatchObject([{ layer: 0, from: 0, to: 1 }]);
    expect(made.linked.positions).toEqual([0, 1]);
  });
});

describe("keys of a path graph", () => {
  test("enter at the strongest hop, select it, pin it, and walk the way back", () => {
    const { made, said } = reader();
    made.do({ do: "select" });
    expect(made.state.marks.selection).toEqual([{ layer: 0, from: 0, to: 1 }]);
    made.do({ do: "pin" });
    expect(made.state.marks.pins).toEqual([{ layer: 0, from: 0, to: 1, number: 1 }]);
    made.do({ do: "undo" });
    expect(made.state.marks.pins).toEqual([]);
    made.do({ do: "redo" });
    for (let i = 0; i < 3; i++) made.do({ do: "escape" });
    expect(made.unmarked).toBe(true);
    expect(said.at(-1)).toBe("left");
  });
});
