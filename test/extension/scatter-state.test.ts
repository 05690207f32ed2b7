/** What a reader does to a scatter: selection, classes, pins, undo, the box of the keyboard, search, links; the strip of
 *  layers; what a notebook may have kept. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Pointing } from "../../extension/src/link";
import { type Choices, readChoices } from "../../extension/src/scatter/choices";
import { PointGrid } from "../../extension/src/scatter/grid";
import { KEYS } from "../../extension/src/scatter/keys";
import { ScatterReader } from "../../extension/src/scatter/reader";
import { type Marks, readMarks, taken, takingOf, targetOf, toggled } from "../../extension/src/scatter/state";
import { accuracyPlace, layerAt, stripOf } from "../../extension/src/scatter/strip";
import { toCsv } from "../../extension/src/scatter/table";
import { axisPairs } from "../../extension/src/scatter/toolbar";
import { keyAction } from "../../extension/src/shell/keys";
import { scatterLayout, scatterOptions, themes } from "../../kernel-lib/src/view";
import { madeUpScatter } from "../view/made-up-scatter";

const view = madeUpScatter();

const grids = new Map<string, PointGrid>();
function gridWithout(hidden: readonly number[]): PointGrid {
  const known = grids.get(hidden.join());
  if (known) return known;
  const made = new PointGrid(scatterLayout(view, themes.light, { width: 600 }, { hidden }).points);
  grids.set(hidden.join(), made);
  return made;
}

describe("a reader", () => {
  let said: string[];
  let told: Pointing[];
  let marked: Marks[];
  let left: number;
  let away: readonly number[];
  let arrived: number[];
  let reader: ScatterReader;
  beforeEach(() => {
    said = [];
    told = [];
    marked = [];
    left = 0;
    away = [];
    arrived = [];
    reader = new ScatterReader(
      {
        pointedElsewhere: () => undefined,
        marked: (marks) => marked.push(marks),
        say: (sentence) => said.push(sentence),
        tellOthers: (at) => told.push(at),
        leave: () => left++,
      },
      {
        view: () => view,
        options: () => {
          const { tool: _, ...choices } = reader.state.marks.choices;
          return scatterOptions(view, { ...choices, hidden: reader.state.marks.hidden });
        },
        grid: () => gridWithout(reader.state.marks.hidden),
        inSight: (point) => !away.includes(point),
        arrived: () => arrived.push(reader.state.cursor?.point ?? -1),
      },
    );
    reader.restart(null);
  });
  const selected = () => reader.state.marks.selection.map(({ point }) => point);

  test("a lasso replaces, Shift adds, Alt removes, u takes back", () => {
    reader.take([60, 61, 62], "replace");
    reader.take([0, 61], "add");
    expect(selected()).toEqual([0, 60, 61, 62]);
    reader.take([61, 62], "remove");
    expect(selected()).toEqual([0, 60]);
    expect(said.at(-1)).toBe("2 prompts, 1 antonym, 1 noun.");
    reader.do({ do: "undo" });
    expect(selected()).toEqual([0, 60, 61, 62]);
    reader.do({ do: "redo" });
    expect(selected()).toEqual([0, 60]);
    reader.take([0, 60], "add");
    expect(marked).toHaveLength(5);
  });

  test("a click selects, a second one lets go, Ctrl-click takes another in or out", () => {
    reader.select({ point: 7 });
    reader.select({ point: 9 }, true);
    expect(selected()).toEqual([7, 9]);
    reader.select({ point: 7 }, true);
    expect(selected()).toEqual([9]);
    reader.select({ point: 9 });
    expect(selected()).toEqual([]);
  });

  test("hidden classes are a step of their own, and their points cannot be pointed at", () => {
    reader.toggleClass(3);
    expect(said.at(-1)).toBe("noun hidden.");
    expect(reader.fitting({ point: 66 })).toBeNull();
    expect(reader.fitting({ point: 6 })).toEqual({ point: 6 });
    reader.onlyClass(0);
    expect(reader.state.marks.hidden).toEqual([1, 2, 3, 4, 5, 6, 7]);
    reader.onlyClass(0);
    expect(reader.state.marks.hidden).toEqual([]);
    reader.do({ do: "undo" });
    reader.do({ do: "undo" });
    expect(reader.state.marks.hidden).toEqual([3]);
  });

  test("layer, site, axes and zoom are steps that undo takes back; a drag over the layers is one", () => {
    const { choices } = reader.state.marks;
    const slide = { name: "layer 1", at: 1 };
    for (const layer of [1, 2, 4]) reader.choose({ layer }, slide);
    expect(said.at(-1)).toMatch(/^Layer 4/);
    reader.choose({ axes: [1, 2], zoom: null });
    reader.choose({ zoom: { x0: 0, x1: 1, y0: 0, y1: 1 } }, { name: "wheel", at: 5 });
    reader.choose({ zoom: { x0: 0, x1: 0.5, y0: 0, y1: 0.5 } }, { name: "wheel", at: 6 });
    reader.follow({ zoom: { x0: 1, x1: 1.5, y0: 0, y1: 0.5 } });
    reader.do({ do: "undo" });
    expect(reader.state.marks.choices).toEqual({ layer: 4, axes: [1, 2], zoom: null });
    reader.do({ do: "undo" });
    expect(said.at(-1)).toBe("Undone: Axes 2 and 3.");
    reader.do({ do: "undo" });
    expect(said.at(-1)).toMatch(/^Undone: Layer 4/);
    expect(reader.state.marks.choices).toBe(choices);
    for (let i = 0; i < 3; i++) reader.do({ do: "redo" });
    expect(reader.state.marks.choices.zoom).toEqual({ x0: 1, x1: 1.5, y0: 0, y1: 0.5 });
  });

  test("the keyboard walks, selects on the way, pins, and steps from class to class", () => {
    reader.enter();
    const start = reader.state.cursor?.point as number;
    reader.do({ do: "move", direction: "right", extend: true });
    const next = reader.state.cursor?.point as number;
    expect(next).not.toBe(start);
    expect(selected()).toEqual([start, next].sort((a, b) => a - b));
    reader.do({ do: "pin" });
    expect(reader.state.marks.pins).toEqual([{ point: next, number: 1 }]);
    reader.do({ do: "move", direction: "class-after" });
    const k = Math.floor(next / 20);
    expect(Math.floor((reader.state.cursor?.point as number) / 20)).toBe((k + 1) % 8);
    reader.do({ do: "move", direction: "end" });
    expect((reader.state.cursor?.point as number) % 20).toBe(19);
    expect(told.at(-1)).toEqual({
      layer: ["2"],
      task: [view.classes[(k + 1) % 8]?.label],
      sample: [view.prompts[reader.state.cursor?.point as number]],
    });
  });

  test("the picture follows the cursor's own steps and what is found, not undo; it begins in sight", () => {
    away = view.prompts.flatMap((_, point) => (point < 150 ? [point] : []));
    reader.enter();
    expect(reader.state.cursor?.point).toBeGreaterThanOrEqual(150);
    reader.choose({ zoom: { x0: 0, x1: 1, y0: 0, y1: 1 } });
    for (const way of ["undo", "redo", "pin", "select"]) reader.do({ do: way });
    expect(arrived).toEqual([]);
    reader.do({ do: "move", direction: "home" });
    reader.search("noun 7");
    reader.nextMatch(1);
    expect(arrived).toEqual([140, 66, 76]);
    reader.restart({ selection: [{ point: 4 }, { point: 155 }] });
    reader.enter();
    expect(reader.state.cursor?.point).toBe(155);
  });

  test("a box opens at the cursor, grows by arrows, and Space takes what is in it", () => {
    reader.enter();
    const start = reader.state.cursor?.point as number;
    reader.toggleBox();
    const narrow = reader.box as { x0: number; x1: number };
    for (let i = 0; i < 4; i++) reader.do({ do: "move", direction: "right", extend: false });
    expect(reader.box?.x1).toBeGreaterThan(narrow.x1);
    expect(reader.state.cursor?.point).toBe(start);
    for (let i = 0; i < 40; i++)
      for (const direction of ["left", "right", "up", "down"]) reader.do({ do: "move", direction });
    reader.do({ do: "select" });
    expect(reader.box).toBeNull();
    expect(selected()).toHaveLength(160);
    reader.toggleBox();
    reader.do({ do: "escape" });
    expect(reader.box).toBeNull();
    expect(selected()).toHaveLength(160);
    reader.do({ do: "escape" });
    expect(selected()).toEqual([]);
    reader.do({ do: "escape" });
    expect(left).toBe(1);
  });

  test("search finds by the words of prompt and class, among what is drawn", () => {
    expect(reader.search("noun 7")).toEqual({ place: "1 of 2", name: "Give the noun, wording 7." });
    expect(reader.nextMatch(1)).toMatchObject({ place: "2 of 2" });
    expect(reader.state.cursor?.point).toBe(76);
    expect(reader.search("habitat")).toMatchObject({ place: "1 of 20" });
    reader.toggleClass(7);
    expect(reader.search("habitat")).toEqual({ place: "no match", name: "" });
    expect(reader.search("  ")).toEqual({ place: "", name: "" });
  });

  test("other views' prompts, tasks and layers are marked, unknown ones are not", () => {
    reader.pointed({
      sample: [view.prompts[5] as string, "France"],
      task: ["noun", "capital"],
      layer: ["4", "99", "x"],
    });
    expect(reader.linked).toEqual({ points: [5], classes: [3], layers: [4] });
    reader.pointed(null);
    expect(reader.linked).toEqual({ points: [], classes: [], layers: [] });
  });
});

test("Shift adds, Alt removes; a selection keeps the order of the prompts and one object a prompt", () => {
  expect(takingOf({ shiftKey: true, altKey: false })).toBe("add");
  expect(takingOf({ shiftKey: true, altKey: true })).toBe("remove");
  expect(takingOf({ shiftKey: false, altKey: false })).toBe("replace");
  expect(taken([targetOf(9)], [3, 3, 1], "add").map(({ point }) => point)).toEqual([1, 3, 9]);
  expect(taken([], [4], "add")[0]).toBe(targetOf(4));
  expect(toggled(toggled([2], 1), 2)).toEqual([1]);
});

test("marks from a notebook keep what there is, whatever else they hold", () => {
  const kept = readMarks(
    {
      selection: [{ point: 3 }, { point: 3 }, { point: 160 }, { point: -1 }, { point: "7" }, null, 5],
      pins: [
        { point: 4, number: 2 },
        { point: 5, number: 2 },
        { point: 6, number: 99 },
      ],
      hidden: [1, 1, 8, "x", 0],
    },
    view,
  );
  expect(kept).toEqual({ selection: [{ point: 3 }], pins: [{ point: 4, number: 2 }], hidden: [0, 1], choices: {} });
  for (const nonsense of [null, 3, "x", [], { selection: "no", pins: {}, hidden: 4, choices: "all" }])
    expect(readMarks(nonsense, view)).toEqual({ selection: [], pins: [], hidden: [], choices: {} });
});

test("choices from a notebook are taken one by one, whatever else they hold", () => {
  const chosen: Choices = {
    site: "resid_post",
    method: "lda",
    layer: 4,
    axes: [1, 3],
    zoom: { x0: -2.5, x1: 1, y0: 0, y1: 4 },
    means: false,
    ellipses: false,
    density: "on",
    tool: "box",
  };
  expect(readChoices(JSON.parse(JSON.stringify(chosen)), view)).toEqual(chosen);
  const window = (x0: unknown, x1: unknown) => ({ x0, x1, y0: 0, y1: 1 });
  const wrong: Record<keyof Choices, unknown[]> = {
    site: ["elsewhere", 3, null, {}],
    method: ["tsne", ["lda"], "__proto__"],
    layer: [3, -1, "2", Number.NaN, 1e9],
    axes: [[0, 0], [1, 0], [0, 4], [0], "0,1", [0.5, 1], [Number.NaN, 1]],
    zoom: [
      window(1, 1),
      window(2, 1),
      window("0", 1),
      window(Number.NaN, 1),
      window(0, 1e300),
      window(1, 1 + 1e-15),
      4,
    ],
    means: ["yes", 1, null],
    ellipses: [0, "false"],
    density: ["dense", true],
    tool: ["hand", 1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    const { [name as keyof Choices]: _, ...rest } = chosen;
    for (const value of values) expect(readChoices({ ...chosen, [name]: value }, view)).toEqual(rest);
  }
  for (const nonsense of [null, 3, "x", [], { huge: "x".repeat(1e6) }]) expect(readChoices(nonsense, view)).toEqual({});
});

test("the strip shows every layer of the model, and only those that were asked for can be chosen", () => {
  const strip = stripOf(view, scatterOptions(view), { y: 400, width: 600 });
  expect(strip.bars.map(({ kind }) => kind)).toEqual([
    "bar",
    "bar",
    "bar",
    "absent",
    "bar",
    "absent",
    "absent",
    "absent",
  ]);
  expect(strip.bars[2]).toMatchObject({ accuracy: 1, control: 0.11, chosen: true });
  const at = (layer: number) => layerAt(strip, (strip.bars[layer]?.x ?? 0) + 3, strip.y + 20);
  expect([0, 1, 2, 3, 4].map(at)).toEqual([0, 1, 2, null, 4]);
  expect(layerAt(strip, strip.x + 3, strip.y - 5)).toBeNull();
  const deep = madeUpScatter({ layers: Array.from({ length: 80 }, (_, i) => i), modelLayers: 80 });
  const many = stripOf(deep, scatterOptions(deep), { y: 0, width: 600 });
  const xs = many.labels.map(({ x }) => x);
  for (const [i, x] of xs.entries()) if (i > 0) expect(x - (xs[i - 1] as number)).toBeGreaterThanOrEqual(17);
  expect(many.x + many.width).toBeLessThanOrEqual(600);
  const running = madeUpScatter({ finished: 1, state: "partial" });
  expect(stripOf(running, scatterOptions(running), { y: 0, width: 600 }).bars[1]?.kind).toBe("pending");
});

test("the number of a bar is never struck through by the line of the shuffled labels, and stays in the strip", () => {
  expect(accuracyPlace(30, null)).toEqual({ up: 18, inside: true });
  for (let bar = 2; bar <= 30; bar++)
    for (let line = 0; line <= 30; line++) {
      const { up, inside } = accuracyPlace(bar, line);
      expect(line <= up - 2 || line >= up + 8.5 + 2, `bar ${bar}, line ${line}, number ${up}`).toBe(true);
      expect(inside ? up >= 2 && up + 8.5 < bar : up > bar).toBe(true);
      // The frame of the chosen layer ends four pixels above a full bar.
      if (line <= bar) expect(up + 8.5, `bar ${bar}, line ${line}`).toBeLessThanOrEqual(34);
    }
});

test("brackets and commas step through layers, l opens a box, Ctrl leaves keys to the browser", () => {
  const press = (key: string, more = {}) =>
    keyAction({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more }, KEYS);
  expect(press("]")).toEqual({ do: "layer-up" });
  expect(press(",")).toEqual({ do: "layer-down" });
  expect(press("l")).toEqual({ do: "box" });
  expect(press("l", { ctrlKey: true })).toBeNull();
  expect(press("ArrowUp", { shiftKey: true })).toEqual({ do: "move", direction: "up", extend: true });
});

test("all pairs of axes can be chosen, and CSV holds all axes in full", () => {
  expect(axisPairs(view)).toHaveLength(6);
  expect(axisPairs(madeUpScatter({ classes: view.classes.slice(0, 2), axes: 1 }))).toEqual([[0, 1]]);
  const csv = toCsv(view, scatterOptions(view), new Set([1])).split("\r\n");
  expect(csv).toHaveLength(162);
  expect(csv[0]).toBe("site,layer,method,label,text,axis_1,axis_2,axis_3,axis_4,selected");
  expect(csv[2]).toMatch(/^resid_post,2,lda,antonym,"Give the antonym, wording 2\.",-?\d.*,1$/);
});
