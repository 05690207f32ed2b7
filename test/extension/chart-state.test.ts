/** What a reader's clicks and keys do to a chart, and what a chart says to other views, without a page. */
import { describe, expect, test } from "vitest";
import { ChartReader } from "../../extension/src/chart/reader";
import * as S from "../../extension/src/chart/state";
import { toCsv } from "../../extension/src/chart/table";
import type { Pointing } from "../../extension/src/link";
import { type ChartView, chartLayout, chartPoints, chartRect, themes } from "../../kernel-lib/src/view";
import { madeUpBars, madeUpLines, madeUpShares } from "../view/made-up-charts";

const at = (panel: number, series: number, x: number): S.Target => ({ panel, series, x });

function readerOf(view: ChartView) {
  const said: string[] = [];
  const told: Pointing[] = [];
  const reader = new ChartReader(
    {
      pointedElsewhere: () => {},
      marked: () => {},
      say: (sentence) => said.push(sentence),
      tellOthers: (pointing) => told.push(pointing),
      leave: () => said.push("left"),
    },
    { view: () => view, panels: () => view.panels.map((_, panel) => panel) },
  );
  return { reader, said, told };
}

describe("the cursor", () => {
  const order = S.readingOrder(chartPoints(madeUpLines()), [0, 1]);

  test("moves along x past what is missing, and into the next panel at the end", () => {
    // Series 1 has no value at layer 3: the nearest series that has one is next.
    expect(S.step(order, at(0, 1, 2), "right")).toEqual(at(0, 0, 3));
    expect(S.step(order, at(0, 2, 7), "right")).toEqual(at(1, 2, 0));
    expect(S.step(order, at(1, 2, 0), "left")).toEqual(at(0, 2, 7));
    expect(S.step(order, at(1, 2, 7), "right")).toEqual(at(1, 2, 7));
  });

  test("goes from series to series of one place, and to ends and panels", () => {
    expect(S.step(order, at(0, 0, 3), "down")).toEqual(at(0, 2, 3));
    expect(S.step(order, at(0, 0, 3), "up")).toEqual(at(0, 0, 3));
    expect(S.step(order, at(0, 2, 3), "home")).toEqual(at(0, 0, 0));
    expect(S.step(order, at(0, 0, 3), "end")).toEqual(at(0, 2, 7));
    expect(S.step(order, at(0, 2, 4), "page-down")).toEqual(at(1, 2, 4));
    expect(S.step(order, at(1, 2, 4), "page-down")).toEqual(at(1, 2, 4));
  });

  test("begins at the largest value, and speaks", () => {
    const { reader, told } = readerOf(madeUpLines());
    reader.do({ do: "move", direction: "left" });
    expect(reader.state.cursor).toEqual(at(0, 0, 6));
    expect(told).toEqual([{ layer: ["6"] }]);
  });
});

describe("marks", () => {
  test("a click selects, again lets go; with Ctrl it joins; undo takes back", () => {
    const { reader, said } = readerOf(madeUpBars());
    reader.select(at(0, 1, 2));
    expect(said.at(-1)).toBe("Selected. adjectives.comparative, sft, 62.0 per cent, interval 54.0 to 71.0.");
    reader.select(at(0, 2, 2), true);
    expect(reader.state.marks.selection).toEqual([at(0, 1, 2), at(0, 2, 2)]);
    reader.do({ do: "undo" });
    expect(reader.state.marks.selection).toEqual([at(0, 1, 2)]);
    reader.select(at(0, 1, 2));
    expect(reader.state.marks.selection).toEqual([]);
  });

  test("Shift and arrows select on the way; pins have numbers; Esc clears one after the other, then leaves", () => {
    const { reader, said } = readerOf(madeUpBars());
    reader.goTo(at(0, 0, 0));
    reader.do({ do: "move", direction: "right", extend: true });
    reader.do({ do: "move", direction: "right", extend: true });
    expect(reader.state.marks.selection).toHaveLength(3);
    reader.pin(at(0, 0, 1));
    expect(reader.state.marks.pins).toEqual([{ ...at(0, 0, 1), number: 1 }]);
    for (let i = 0; i < 3; i++) reader.do({ do: "escape" });
    expect(reader.state.marks).toEqual(S.NO_MARKS);
    expect(said.at(-1)).toBe("left");
  });

  test("marks from a notebook are kept as far as they fit", () => {
    const saved = { selection: [at(0, 2, 3), at(0, 3, 0), { x: "0" }, null], pins: [{ ...at(0, 0, 0), number: 2 }, 7] };
    expect(S.readMarks(saved, madeUpBars())).toEqual({
      selection: [at(0, 2, 3)],
      pins: [{ ...at(0, 0, 0), number: 2 }],
      panel: null,
    });
    expect(S.readMarks({ panel: 1 }, madeUpLines()).panel).toBe(1);
    for (const panel of [2, -1, "1", Number.NaN, {}]) expect(S.readMarks({ panel }, madeUpLines()).panel).toBeNull();
    expect(S.readMarks("nonsense", madeUpBars())).toEqual(S.NO_MARKS);
  });
});

describe("links and search", () => {
  test("a layer that another view points at is marked in every panel; what charts alone have is not said", () => {
    const { reader } = readerOf(madeUpLines());
    reader.pointed({ layer: ["2", "5"] });
    expect(reader.linked).toEqual([0, 1].flatMap((panel) => [2, 5].map((x) => ({ panel, x }))));
    reader.pointed({ head: ["2"] });
    expect(reader.linked).toEqual([]);
    const groups = { ...madeUpBars(), x: { ...madeUpBars().x, field: "group" as const } };
    const { reader: other, told } = readerOf(groups);
    other.pointAt(at(0, 0, 0));
    expect(told).toEqual([null]);
  });

  test("search finds values by place, series and panel", () => {
    const { reader } = readerOf(madeUpLines());
    expect(reader.search("dpo attn layer 4")).toEqual({ place: "1 of 1", name: "demo/dpo · layer 4 · attn_out" });
    expect(reader.state.cursor).toEqual(at(1, 1, 4));
    expect(reader.search("nothing")).toEqual({ place: "no match", name: "" });
  });
});

test("the rectangle of a value is where it is drawn, and shares stand on each other", () => {
  const view = madeUpShares();
  const layout = chartLayout(view, themes.light, { width: 600 });
  const stack = chartPoints(view).filter(({ x }) => x === 3);
  const [low, middle, high] = stack.map((point) => chartRect(view, layout, point));
  expect(low?.y).toBeCloseTo((middle?.y as number) + (middle?.height as number), 9);
  expect(middle?.y).toBeCloseTo((high?.y as number) + (high?.height as number), 9);
  expect(chartRect(view, layout, { ...stack[0], value: null })).toBeNull();
});

test("CSV has full precision, in the unit that its column says, and nothing for what is missing", () => {
  const lines = toCsv(madeUpLines(), chartPoints(madeUpLines())).trim().split("\r\n");
  expect(lines[0]).toBe("panel,layer,series,accuracy of the probe (%),n (samples)");
  expect(lines).toHaveLength(1 + 2 * 3 * 8 - 2);
  expect(lines[2]).toBe(`demo/base,1,resid_post,${Number((50 + 45 * (1 - Math.exp(-1))).toPrecision(15))},400`);
  const bars = toCsv(madeUpBars(), chartPoints(madeUpBars())).split("\r\n");
  expect(bars[0]).toBe("task,series,exact match (%),low,high,n (items),significant,instructional accuracy (%)");
  expect(bars[12]).toMatch(/^animals\.can_fly,dpo,.*,41,false,/);
});
