/** The way back: what is a step of undo, what a gesture joins, what is said, and what follows when marks change. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BURST_MS, type Gesture } from "../../extension/src/shell/gesture";
import { Marking } from "../../extension/src/shell/marking";
import { Reader } from "../../extension/src/shell/reader";
import { adjusted, initialState, marked, type ReaderState, redo, undo } from "../../extension/src/shell/state";
import type { Marks } from "../../extension/src/shell/types";

interface At {
  at: number;
}
interface Zoomed extends Marks<At, At> {
  readonly zoom: readonly [number, number] | null;
}
const NONE: Zoomed = { selection: [], pins: [], zoom: null };
type State = ReaderState<At, Zoomed>;
const start = (): State => initialState<At, Zoomed>(NONE);
const zoomed = (state: State, zoom: Zoomed["zoom"], gesture: Gesture | null = null): State =>
  marked(state, { ...state.marks, zoom }, gesture);

describe("a step of undo", () => {
  test("is a whole gesture: a burst while it goes on, a drag however slow", () => {
    const wheel = (at: number) => ({ name: "wheel", at });
    let state = zoomed(start(), [0, 4], wheel(0));
    state = zoomed(state, [0, 3], wheel(BURST_MS));
    state = zoomed(state, [0, 2], wheel(2 * BURST_MS));
    expect(state.past).toHaveLength(1);
    state = zoomed(state, [0, 1], wheel(3 * BURST_MS + 1));
    expect(state.past).toHaveLength(2);
    const pan = { name: "pan 9", at: 9 };
    for (let to = 5; to < 9; to++) state = zoomed(state, [to, to + 1], pan);
    expect(state.past).toHaveLength(3);
    state = zoomed(state, [9, 10], { name: "pan 10", at: 10 });
    expect(state.past).toHaveLength(4);
    expect(undo(undo(undo(state))).marks.zoom).toEqual([0, 2]);
    expect(undo(undo(undo(undo(state)))).marks).toBe(NONE);
  });

  test("ends when something else is done, or when one has gone back", () => {
    const gesture = { name: "wheel", at: 0 };
    const once = zoomed(start(), [0, 4], gesture);
    const between = marked(once, { ...once.marks, selection: [{ at: 1 }] });
    expect(zoomed(between, [0, 3], gesture).past).toHaveLength(3);
    expect(zoomed(redo(undo(once)), [0, 3], gesture).past).toHaveLength(2);
  });

  test("is none for a gesture that ends where it began, and none where nothing changes", () => {
    const gesture = { name: "wheel", at: 0 };
    const out = zoomed(zoomed(start(), [0, 4], gesture), null, gesture);
    expect(out.past).toEqual([]);
    expect(out.marks).toBe(NONE);
    const state = zoomed(start(), [0, 4]);
    expect(zoomed(state, [0, 4])).toBe(state);
  });

  test("is none for what only follows; going back and forth passes it by", () => {
    const state = zoomed(start(), [0, 4]);
    const moved = adjusted(state, { ...state.marks, zoom: [1, 5] });
    expect(moved.past).toHaveLength(1);
    expect(undo(moved).marks.zoom).toBeNull();
    expect(redo(undo(moved)).marks.zoom).toEqual([1, 5]);
  });

  test("is forgotten after fifty others", () => {
    let state = start();
    for (let to = 1; to <= 60; to++) state = zoomed(state, [0, to]);
    expect(state.past).toHaveLength(50);
    for (let back = 0; back < 60; back++) state = undo(state);
    expect(state.marks.zoom).toEqual([0, 10]);
  });
});

class Plain extends Reader<At, Zoomed> {
  protected read = () => NONE;
  same = (a: At | null, b: At | null) => a?.at === b?.at;
  protected pointing = () => null;
  protected linkTo = () => undefined;
  enter = () => undefined;
  protected move = () => undefined;
  protected selectAtCursor = () => undefined;
  protected pinAtCursor = () => undefined;
  select = () => undefined;
  pin = () => undefined;
  matches: readonly string[] = [];
  protected find = (text: string) => {
    this.matches = text.split("").filter((letter) => letter !== " ");
    return undefined;
  };
  protected goToMatch = (at: number) => this.matches[at] ?? "";
  protected resting = () => null;
}

test("what was said of a step is said again when it is undone and done again", () => {
  const said: string[] = [];
  const marks: Zoomed[] = [];
  const nothing = () => undefined;
  const reader = new Plain(
    {
      pointedElsewhere: nothing,
      marked: (now) => marks.push(now),
      say: (words) => said.push(words),
      tellOthers: nothing,
      leave: nothing,
    },
    NONE,
  );
  const gesture = { name: "wheel", at: 0 };
  reader.remark({ ...NONE, zoom: [0, 4] }, "Layers 0 to 4.", gesture);
  reader.remark({ ...NONE, zoom: [0, 2] }, "Layers 0 to 2.", gesture);
  reader.remark({ ...reader.state.marks, selection: [{ at: 1 }] });
  for (const way of ["undo", "undo", "undo", "redo", "redo", "redo"]) reader.do({ do: way });
  expect(said).toEqual([
    "Layers 0 to 4.",
    "Layers 0 to 2.",
    "Undone.",
    "Undone: Layers 0 to 2.",
    "Nothing to undo.",
    "Done again: Layers 0 to 2.",
    "Done again.",
    "Nothing to redo.",
  ]);
  expect(marks.map(({ zoom, selection }) => [zoom?.[1], selection.length])).toEqual([
    [4, 0],
    [2, 0],
    [2, 1],
    [2, 0],
    [undefined, 0],
    [2, 0],
    [2, 1],
  ]);
  expect(reader.unmarked).toBe(false);
});

describe("when marks change", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("all is drawn for a choice, the side panel for a mark; the kernel hears of selections at once and once", () => {
    const done: string[] = [];
    let now = NONE;
    const marking = new Marking<Zoomed>(NONE, {
      unmarked: () => now === NONE,
      keep: (marks) => done.push(marks === null ? "nothing kept" : "kept"),
      draw: () => done.push("drawn"),
      drawSide: () => done.push("side"),
      picturesSelection: false,
      request: () => ({ op: "select", view: "v", selection: now.selection }),
      send: async () => done.push("told"),
    });
    const change = (marks: Zoomed): string[] => {
      now = marks;
      done.length = 0;
      marking.changed(marks);
      return [...done];
    };
    expect(change({ ...NONE, selection: [{ at: 1 }] })).toEqual(["kept", "side", "told"]);
    expect(change({ ...now, zoom: [0, 1] })).toEqual(["kept", "drawn"]);
    vi.runAllTimers();
    expect(done).toEqual(["kept", "drawn"]);
    expect(change({ ...now, pins: [{ at: 1, number: 1 }], zoom: null })).toEqual(["kept", "drawn"]);
    expect(change(NONE)).toEqual(["nothing kept", "side", "told"]);
  });
});

test("a search goes to the first match, on to the next and back, round and round", () => {
  const spoken: boolean[] = [];
  const nothing = () => undefined;
  const reader = new Plain(
    {
      pointedElsewhere: (speak) => spoken.push(speak),
      marked: nothing,
      say: nothing,
      tellOthers: nothing,
      leave: nothing,
    },
    NONE,
  );
  expect(reader.nextMatch(1)).toEqual({ place: "", name: "" });
  expect(reader.search("abc")).toEqual({ place: "1 of 3", name: "a" });
  expect(reader.nextMatch(1)).toEqual({ place: "2 of 3", name: "b" });
  expect(reader.nextMatch(1)).toEqual({ place: "3 of 3", name: "c" });
  expect(reader.nextMatch(1)).toEqual({ place: "1 of 3", name: "a" });
  expect(reader.nextMatch(-1)).toEqual({ place: "3 of 3", name: "c" });
  expect(spoken).toEqual([true, true, true, true, true]);
  expect(reader.search("xy")).toEqual({ place: "1 of 2", name: "x" });
  expect(reader.search(" ")).toEqual({ place: "", name: "" });
  expect(reader.searching).toBe(false);
});
