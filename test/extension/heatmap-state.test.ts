/** What a reader's clicks and keys do to a heatmap's marks, without a page. */
import { describe, expect, test } from "vitest";
import { type Choices, NO_CHOICES, readChoices } from "../../extension/src/heatmap/choices";
import { KEYS } from "../../extension/src/heatmap/keys";
import * as S from "../../extension/src/heatmap/state";
import { keyAction } from "../../extension/src/shell/keys";
import { clear, MAX_PINS, redo, togglePin, undo } from "../../extension/src/shell/state";
import { madeUpView } from "../view/made-up";

/** The upper half of n layers, as a pair sweep has it. */
const pairs = (n: number, panels = 1): S.Extent => ({ panels, nx: n, ny: n, exists: (x, y) => y >= x });
const at = (x: number, y: number, panel = 0): S.Place => ({ panel, x, y });

describe("the cursor", () => {
  const extent = pairs(4, 2);

  test("moves over cells that exist only, and crosses into the next panel at the end of a row", () => {
    expect(S.step(extent, at(0, 2), "right")).toEqual(at(1, 2));
    expect(S.step(extent, at(2, 2), "right")).toEqual(at(0, 2, 1));
    expect(S.step(extent, at(0, 2, 1), "left")).toEqual(at(2, 2, 0));
    expect(S.step(extent, at(2, 2, 1), "right")).toEqual(at(2, 2, 1));
    expect(S.step(extent, at(2, 2), "down")).toEqual(at(2, 2));
    expect(S.step(extent, at(2, 2), "up")).toEqual(at(2, 3));
  });

  test("reaches the ends of row, panel and column", () => {
    expect(S.step(extent, at(1, 3), "home")).toEqual(at(0, 3));
    expect(S.step(extent, at(1, 3), "end")).toEqual(at(3, 3));
    expect(S.step(extent, at(1, 3, 1), "first")).toEqual(at(0, 0, 1));
    expect(S.step(extent, at(0, 0), "last")).toEqual(at(3, 3));
    expect(S.step(extent, at(1, 3, 1), "pageUp")).toEqual(at(1, 3, 0));
    expect(S.step(pairs(4), at(1, 2), "pageUp")).toEqual(at(1, 3));
    expect(S.step(pairs(4), at(1, 3), "pageDown")).toEqual(at(1, 1));
  });

  test("begins at the first cell there is", () => {
    expect(S.firstPlace({ panels: 1, nx: 3, ny: 2, exists: (x, y) => y === 1 && x === 2 })).toEqual(at(2, 1));
    expect(S.firstPlace({ panels: 1, nx: 3, ny: 2, exists: () => false })).toBeNull();
  });
});

describe("marks", () => {
  const extent = pairs(4);

  test("a click selects, a second lets go, with Ctrl it adds and takes out", () => {
    let state = S.select(S.initialState(), at(0, 2), false);
    expect(state.marks.selection).toEqual([{ x: 0, y: 2 }]);
    state = S.select(state, at(1, 2), true);
    expect(state.marks.selection).toHaveLength(2);
    state = S.select(state, at(0, 2), true);
    expect(state.marks.selection).toEqual([{ x: 1, y: 2 }]);
    expect(S.select(state, at(1, 2), false).marks.selection).toEqual([]);
  });

  test("Shift and arrows select the box between start and cursor, cells that exist only", () => {
    let state: S.HeatmapState = { ...S.initialState(), cursor: at(0, 1) };
    state = S.move(state, extent, "up", true);
    state = S.move(state, extent, "right", true);
    expect(state.marks.selection).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: 1 },
      { x: 0, y: 2 },
      { x: 1, y: 2 },
    ]);
    state = S.move(state, extent, "right", false);
    expect(state.anchor).toBeNull();
    expect(state.marks.selection).toHaveLength(4);
  });

  test("pins take the lowest free number, six at most", () => {
    let state = S.initialState();
    for (let i = 0; i < MAX_PINS; i++) state = togglePin(state, S.spotOf(at(0, i)), S.sameSpot);
    expect(state.marks.pins.map((p) => p.number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(togglePin(state, S.spotOf(at(3, 3)), S.sameSpot)).toBe(state);
    state = togglePin(state, S.spotOf(at(0, 1)), S.sameSpot);
    state = togglePin(state, S.spotOf(at(2, 2)), S.sameSpot);
    expect(state.marks.pins.find((p) => S.sameSpot(p, at(2, 2)))?.number).toBe(2);
  });

  test("Esc goes down its ladder: frozen, selection, pins, nothing", () => {
    let state: S.HeatmapState = {
      ...togglePin(S.select(S.initialState(), at(0, 1), false), S.spotOf(at(1, 1)), S.sameSpot),
      frozen: at(0, 0),
    };
    const cleared: string[] = [];
    for (let i = 0; i < 4; i++) {
      const rung = clear(state);
      cleared.push(rung.cleared);
      state = rung.state;
    }
    expect(cleared).toEqual(["frozen", "selection", "pins", "nothing"]);
  });

  test("undo and redo walk the marks; a new mark ends the way forward", () => {
    const one = S.select(S.initialState(), at(0, 1), false);
    const two = togglePin(one, S.spotOf(at(0, 2)), S.sameSpot);
    expect(undo(two).marks).toEqual(one.marks);
    expect(redo(undo(two)).marks).toEqual(two.marks);
    expect(redo(S.select(undo(two), at(3, 3), false)).marks.selection).toEqual([{ x: 3, y: 3 }]);
    expect(undo(S.initialState())).toEqual(S.initialState());
  });

  test("a drag is one step of undo", () => {
    const gesture = { name: "range 1", at: 1 };
    let state = S.selectRange(S.initialState(), [{ x: 0, y: 1 }], gesture);
    state = S.selectRange(
      state,
      [
        { x: 0, y: 1 },
        { x: 1, y: 1 },
      ],
      gesture,
    );
    expect(state.marks.selection).toHaveLength(2);
    expect(undo(state).marks.selection).toEqual([]);
  });

  test("marks from a notebook are taken as far as they fit", () => {
    const saved = {
      selection: [{ x: 0, y: 2 }, { x: 3, y: 0 }, { x: "0", y: 1 }, null],
      pins: [
        { x: 1, y: 1, number: 1, evil: "<b>" },
        { x: 1, y: 2, number: 1 },
        { x: 9, y: 9, number: 2 },
        { x: 0, y: 0, number: 7 },
      ],
    };
    const view = madeUpView({ layers: 4 });
    expect(S.readMarks(saved, view)).toEqual({
      ...S.NO_MARKS,
      selection: [{ x: 0, y: 2 }],
      pins: [{ x: 1, y: 1, number: 1 }],
    });
    for (const value of [undefined, null, 3, "pins", [], { selection: "all", pins: {} }])
      expect(S.readMarks(value, view)).toEqual(S.NO_MARKS);
  });

  test("choices from a notebook are taken one by one, whatever else they hold", () => {
    const view = madeUpView({ layers: 6, panels: 2 });
    const chosen: Choices = {
      metric: "kl_target",
      mode: "interaction",
      hatch: false,
      difference: { a: 1, b: 0 },
      panels: [0],
      limits: "full",
      threshold: 0.25,
      window: { x0: 0, x1: 3, y0: 1, y1: 4 },
      slice: null,
    };
    expect(readChoices(JSON.parse(JSON.stringify(chosen)), view)).toEqual(chosen);
    const wrong: Record<keyof Choices, unknown[]> = {
      metric: ["gone", 3, {}, "__proto__"],
      mode: ["both", 1, null],
      hatch: ["no", 0, null],
      difference: [{ a: 1, b: 1 }, { a: 2, b: 0 }, { a: "1", b: 0 }, 4, [1, 0]],
      panels: [[9], ["0"], [-1], [0.5], 3, "0"],
      limits: ["all", 1, null],
      threshold: [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, "0.2", []],
      window: [
        { x0: 4, x1: 1, y0: 4, y1: 1 },
        { x0: 0, x1: 6, y0: 0, y1: 6 },
        { x0: 0, x1: 3, y0: 1, y1: 6 },
        { x0: 0.5, x1: 3, y0: 0.5, y1: 3 },
        { x0: Number.NaN, x1: 3, y0: 0, y1: 3 },
        [],
        "all",
      ],
      slice: [1, -1, "0", Number.NaN],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        expect(readChoices({ ...chosen, [name]: value }, view)).toEqual({
          ...chosen,
          [name]: NO_CHOICES[name as keyof Choices],
        });
    const grid = { ...view, layout: "grid" as const };
    expect(readChoices({ window: { x0: 1, x1: 4, y0: 0, y1: 3 } }, grid).window).toEqual({
      x0: 1,
      x1: 4,
      y0: 0,
      y1: 3,
    });
    expect(readChoices({ window: { x0: 4, x1: 1, y0: 0, y1: 3 } }, grid).window).toBeNull();
    expect(readChoices({ huge: Array.from({ length: 1e5 }, () => ({})) }, view)).toEqual(NO_CHOICES);
  });
});

describe("keys", () => {
  const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) =>
    keyAction({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held }, KEYS);

  test("Tab is never taken, whatever is held", () => {
    expect(press("Tab")).toBeNull();
    expect(press("Tab", { shiftKey: true })).toBeNull();
  });

  test("Ctrl+S and Cmd+S save; other commands go to the browser", () => {
    expect(press("s", { ctrlKey: true })).toEqual({ do: "save" });
    expect(press("s", { metaKey: true })).toEqual({ do: "save" });
    for (const key of ["c", "f", "x", "PageUp"]) expect(press(key, { ctrlKey: true })).toBeNull();
    expect(press("ArrowLeft", { altKey: true })).toBeNull();
  });

  test("arrows move, with Shift they extend", () => {
    expect(press("ArrowUp")).toEqual({ do: "move", direction: "up", extend: false });
    expect(press("ArrowUp", { shiftKey: true })).toEqual({ do: "move", direction: "up", extend: true });
    expect(press("Home", { ctrlKey: true })).toEqual({ do: "move", direction: "first", extend: false });
    for (const held of ["ctrlKey", "metaKey"] as const)
      expect(press("ArrowUp", { [held]: true })).toEqual({ do: "pan-up" });
  });

  test("every letter that does something is in the help", () => {
    const help = KEYS.help.map(([keys]) => keys).join(" ");
    for (const key of ["f", "t", "e", "/", "u", "U", "Enter", "Esc", "Space"]) expect(help).toContain(key);
    for (const key of ["f", "t", "e", "/", "u", "U", "Enter", "Escape", " ", "?"]) expect(press(key)).not.toBeNull();
  });
});
