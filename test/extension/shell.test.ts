/** What every widget has in common, without a page: links field by field, the state that undo walks, exported text. */
import { describe, expect, test } from "vitest";
import { Link, type Linked, type Pointing } from "../../extension/src/link";
import { csvOf } from "../../extension/src/shell/exports";
import { printedBadge, withPins } from "../../extension/src/shell/frames";
import { keyAction } from "../../extension/src/shell/keys";
import { Linking } from "../../extension/src/shell/linking";
import { chartWidth, pictureHeight } from "../../extension/src/shell/size";
import { readPins } from "../../extension/src/shell/state";
import { themes } from "../../kernel-lib/src/view";

/** A widget's part in the links of `document`, and what it has heard. */
function member(document: object) {
  const heard: Pointing[] = [];
  const selected: Pointing[] = [];
  const counts: number[] = [];
  const linking = new Linking(document, () => ["layer", "position", "token"], {
    pointed: (at) => heard.push(at),
    selected: (at) => selected.push(at),
    counted: (views) => counts.push(views),
  });
  const choose = (label: string) =>
    linking
      .items()
      .find((item) => item.label === label)
      ?.act();
  return { linking, heard, selected, counts, choose };
}

describe("links between the views of a document", () => {
  test("carry every field to the other views, and to no other document", () => {
    const document = {};
    const [one, two, elsewhere] = [member(document), member(document), member({})];
    const at = { layer: ["2"], head: ["1"], position: ["4"], token: [" France"], sample: ["country 1"] };
    one.linking.point(at);
    expect(two.heard).toEqual([at]);
    expect(one.heard).toEqual([]);
    expect(elsewhere.heard).toEqual([]);
    expect(two.counts.at(-1)).toBe(2);
  });

  test("can be switched off field by field, in what is said and in what is heard", () => {
    const document = {};
    const [one, two] = [member(document), member(document)];
    one.choose("by layer");
    one.linking.point({ layer: ["2"], token: [" a"] });
    one.linking.point({ layer: ["2"] });
    expect(two.heard).toEqual([{ token: [" a"] }, null]);
    one.heard.length = 0;
    two.linking.point({ layer: ["3"], position: ["1"] });
    expect(one.heard).toEqual([{ position: ["1"] }]);
    one.choose("by layer");
    two.linking.point({ layer: ["3"] });
    expect(one.heard.at(-1)).toEqual({ layer: ["3"] });
  });

  test("carry what is selected by itself, in the same fields", () => {
    const document = {};
    const [one, two] = [member(document), member(document)];
    one.linking.select({ sample: ["country 1"], layer: ["2"] });
    expect([two.selected, two.heard, one.selected]).toEqual([[{ sample: ["country 1"], layer: ["2"] }], [], []]);
    two.choose("by layer");
    one.linking.select({ sample: ["country 2"], layer: ["2"] });
    expect(two.selected.at(-1)).toEqual({ sample: ["country 2"] });
    one.choose("Link this view with the others");
    one.linking.select({ sample: ["country 3"] });
    expect(two.selected).toHaveLength(2);
  });

  test("can be switched off as a whole, and end with the view", () => {
    const document = {};
    const [one, two] = [member(document), member(document)];
    one.choose("Link this view with the others");
    expect(one.linking.items()).toHaveLength(1);
    expect(one.counts.at(-1)).toBe(0);
    two.linking.point({ layer: ["3"] });
    expect(one.heard.filter(Boolean)).toEqual([]);
    two.linking.leave();
    const rest: Linked = {
      pointed: () => undefined,
      selected: () => undefined,
      counted: (views) => expect(views).toBe(2),
    };
    Link.of(document).join(rest);
  });
});

describe("keys of every widget", () => {
  const press = (key: string, held: object = {}) =>
    keyAction(
      { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held },
      { moves: { ArrowUp: "up" }, letters: { v: "verify", f: "flip" }, help: [] },
    );

  test("a kind's own letters come before the common ones, and zoom is common", () => {
    expect(press("v")).toEqual({ do: "verify" });
    expect(press("f")).toEqual({ do: "flip" });
    expect(press("+")).toEqual({ do: "zoom-in" });
    expect(press("0")).toEqual({ do: "zoom-reset" });
    expect(press("0", { ctrlKey: true })).toBeNull();
    expect(press("x")).toBeNull();
  });

  test("Ctrl or Cmd with Z goes back, with Shift and Z or with Y forth, with S saves", () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(press("z", held)).toEqual({ do: "undo" });
      expect(press("Z", { ...held, shiftKey: true })).toEqual({ do: "redo" });
      expect(press("y", held)).toEqual({ do: "redo" });
      expect(press("s", held)).toEqual({ do: "save" });
      expect(press("z", { ...held, altKey: true })).toBeNull();
    }
    expect(press("z")).toBeNull();
  });
});

describe("what is written out", () => {
  test("CSV quotes what it must and leaves missing values empty", () => {
    expect(
      csvOf([
        ["a", "b,c"],
        [1, null],
        ['"', "d\ne"],
        [true, 0.1],
      ]),
    ).toBe('a,"b,c"\r\n1,\r\n"""","d\ne"\r\ntrue,0.1\r\n');
  });

  test("pins stand inside the drawing, last of all", () => {
    const svg = withPins("<svg><g/></svg>", [printedBadge(1, 2, 5, 3, themes.print)]);
    expect(svg).toMatch(/^<svg><g\/><g aria-label="pins"><circle .*>3<\/text><\/g><\/svg>$/);
  });

  test("saved pins are read with each number once", () => {
    const read = (item: unknown) => ((item as { at?: number } | null)?.at === 1 ? { at: 1 } : null);
    expect(readPins([{ at: 1, number: 2 }, { at: 1, number: 2 }, { at: 2, number: 3 }, null, { at: 1 }], read)).toEqual(
      [{ at: 1, number: 2 }],
    );
    expect(readPins("pins", read)).toEqual([]);
  });
});

test("charts and pictures keep to the room there is", () => {
  expect([chartWidth(900, 300), chartWidth(900, 20), chartWidth(420, null), chartWidth(180, null)]).toEqual([
    275, 221, 320, 200,
  ]);
  expect([pictureHeight(1000), pictureHeight(300)]).toEqual([800, 320]);
});
