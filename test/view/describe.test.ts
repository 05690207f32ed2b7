/** A heatmap in words. */
import { expect, test } from "vitest";
import {
  cellName,
  type HeatmapAxis,
  type HeatmapOptions,
  heatmapOptions,
  heatmapPanels,
  heatmapText,
  readout,
  spokenCell,
  summary,
} from "../../kernel-lib/src/view";
import { type MadeUp, madeUpView } from "./made-up";

function at(ix: number, iy: number, made: MadeUp = {}, partial: Partial<HeatmapOptions> = {}) {
  const view = madeUpView(made);
  const options = heatmapOptions(view, partial);
  const cell = heatmapPanels(view, options)[0].cells[iy * view.x.labels.length + ix];
  const { first, second } = readout(view, options, cell);
  const line = (segments: typeof first) => segments.map((segment) => segment.text).join(" ");
  return { first: line(first), second: line(second), spoken: spokenCell(view, options, cell, null) };
}

test("a pair, a single layer and a head are called by their names", () => {
  const view = madeUpView();
  expect([cellName(view, 0, 2), cellName(view, 2, 2)]).toEqual(["Layers 0 + 2", "Layer 2"]);
  const heads = { ...view, layout: "grid" as const, x: { ...view.x, field: "head" as const } };
  expect(cellName(heads, 1, 3)).toBe("Layer 3, head 1");
  const tasks = (title: string): HeatmapAxis => ({ title, field: "task", labels: ["capital", "language"] });
  const across = { ...heads, x: tasks("query of task"), y: tasks("vector of task") };
  expect(cellName(across, 1, 0)).toBe("Vector of capital, query of language");
  expect(cellName({ ...across, x: tasks("asked") }, 1, 0)).toBe("Vector of capital, task language");
});

test("the read-out names the cell, its value, interval and n, and what it means", () => {
  const { first, second } = at(0, 2);
  expect(first).toBe("Layers 0 + 2 +0.85 95 % CI [0.81, 0.88] n 41");
  expect(second).toBe(
    "interaction +0.54 · superadditive in 41 of 41 · p = 2.5 × 10⁻¹¹ · layer 0 alone +0.04, layer 2 alone +0.27",
  );
});

test("with several panels the read-out holds the value in each", () => {
  const { first } = at(0, 2, { panels: 2 });
  expect(first).toBe("Layers 0 + 2 base +0.85 [0.81, 0.88] SFT −0.42 n 41");
});

test("a screen reader hears value and interval, significance, and what is missing", () => {
  expect(at(2, 3).spoken).toBe("Layers 2 and 3, plus 0.27, interval 0.23 to 0.30.");
  expect(at(0, 7).spoken).toBe("Layers 0 and 7, plus 0.04, not significant.");
  expect(at(0, 7, { state: "stopped", measuredRows: 4 }).spoken).toBe("Layers 0 and 7, no value.");
  expect(at(0, 7, { state: "partial", measuredRows: 4 }).spoken).toBe("Layers 0 and 7, still to come.");
});

test("the summary tells the size and the largest cell", () => {
  const view = madeUpView();
  expect(summary(view, heatmapOptions(view))).toBe(
    "Patch sweep: capital, heatmap, 36 cells, largest layers 0 and 2, plus 0.85.",
  );
  const empty = madeUpView({ state: "loading", measuredRows: 0 });
  expect(summary(empty, heatmapOptions(empty))).toBe("Patch sweep: capital, heatmap, 36 cells, no values yet.");
});

test("as text every value stands in its row, what is not significant with a star", () => {
  const lines = heatmapText(madeUpView()).split("\n");
  expect(lines[0]).toBe(
    "Patch sweep: capital · Δ reciprocal rank of the answer, patched against query alone · n = 41 · demo/dpo",
  );
  expect(lines[6]).toBe("2  +0.85  +0.38  +0.27");
  expect(lines[8]).toBe("0  +0.04*");
  expect(lines.at(-1)).toBe("* not significant (sign test, Holm over 36 tuples, 5 %)");
  expect(lines.join("\n")).not.toContain("\u001b");
});

test("text in colour differs from plain text by its escapes alone", () => {
  const view = madeUpView({ state: "stopped", measuredRows: 5 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is taken out.
  const bare = (text: string) => text.replace(/\u001b\[[\d;]*m/g, "").replace(/ +$/gm, "");
  const plain = heatmapText(view);
  for (const colour of ["256", "truecolor"] as const) {
    const coloured = heatmapText(view, { colour });
    expect(coloured).not.toBe(plain);
    expect(bare(coloured)).toBe(bare(plain));
  }
});

test("a grid wider than the terminal is written in two columns a cell", () => {
  const longest = (width: number) =>
    Math.max(
      ...heatmapText(madeUpView({ layers: 30 }), { width })
        .split("\n")
        .slice(1, -1)
        .map((line) => line.length),
    );
  expect(longest(80)).toBeLessThanOrEqual(80);
  expect(longest(300)).toBeGreaterThan(80);
  const last = (width: number) =>
    heatmapText(madeUpView({ layers: 30 }), { width })
      .split("\n")
      .at(-1);
  expect(last(80)).toMatch(
    /^# above [\d.]+, o above [\d.]+, \+ above [\d.]+, \. between, - below -[\d.]+, = below -[\d.]+$/,
  );
  expect(last(300)).not.toMatch(/^#/);
});
