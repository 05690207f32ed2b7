/** Numbers and tokens as people read them. */
import { expect, test } from "vitest";
import {
  compact,
  count,
  duration,
  interval,
  plain,
  pValue,
  signed,
  spokenNumber,
  tokenLabel,
  tokenParts,
} from "../../kernel-lib/src/view";

test("a signed number shows its sign, minus is U+2212, and what rounds to zero has none", () => {
  expect([0.85, -0.153, 0, -0.004, 0.004].map((v) => signed(v, 2))).toEqual(["+0.85", "−0.15", "0.00", "0.00", "0.00"]);
  expect(plain(-0.25, 1)).toBe("−0.3");
  expect(plain(0.25, 2)).toBe("0.25");
});

test("a missing number is a dash, never 0", () => {
  expect([null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map((v) => signed(v, 2))).toEqual([
    "–",
    "–",
    "–",
    "–",
  ]);
  expect(interval(null, 1, 2)).toBe("");
});

test("intervals are bracketed, thousands parted from five digits on", () => {
  expect(interval(0.81, 0.88, 2)).toBe("[0.81, 0.88]");
  expect([4096, 12411, 1234567].map(count)).toEqual(["4096", "12\u202f411", "1\u202f234\u202f567"]);
  expect(plain(-12345.67, 1)).toBe("−12\u202f345.7");
});

test("p-values keep two digits, in powers of ten below 0.001, and are never 0", () => {
  expect([0.04, 0.0042, 2.5e-11, 0, null].map(pValue)).toEqual(["0.040", "0.0042", "2.5 × 10⁻¹¹", "< 10⁻³⁰⁰", "–"]);
});

test("a screen reader hears plus and minus", () => {
  expect(spokenNumber(0.27, 2, true)).toBe("plus 0.27");
  expect(spokenNumber(-0.27, 2, true)).toBe("minus 0.27");
  expect(spokenNumber(Number.NaN, 2, true)).toBe("no value");
});

test("time left is rounded to what one can use", () => {
  expect([0.2, 3.4, 41, 57, 130, 4200].map(duration)).toEqual(["1 s", "3 s", "40 s", "1 min", "2 min", "1 h 10 min"]);
});

test("what is invisible in a token gets a sign, what has no width a name", () => {
  const shown = (text: string) => tokenParts(text).map((part) => `${part.kind}:${part.text}`);
  expect(shown(" big")).toEqual(["sign:·", "text:big"]);
  expect(shown("\n\n")).toEqual(["sign:⏎⏎"]);
  expect(shown("\t")).toEqual(["sign:⇥"]);
  expect(shown("")).toEqual(["sign:∅"]);
  expect(shown("<0xE6><0x9D>")).toEqual(["sign:⟨E6 9D⟩"]);
  expect(shown("a\u200bb")).toEqual(["text:a", "box:ZWSP", "text:b"]);
  expect(shown("\u202eevil")).toEqual(["box:RLO", "text:evil"]);
  expect(shown("\u0007")).toEqual(["box:U+0007"]);
  expect(shown("<b>")).toEqual(["text:<b>"]);
});

test("a grapheme of several code points stays whole", () => {
  expect(tokenParts("👩‍👩‍👧")).toEqual([{ kind: "text", text: "👩‍👩‍👧" }]);
  expect(tokenLabel("राजधानी")).toBe("राजधानी");
});

test("a long token is cut in the middle to twelve graphemes", () => {
  const label = tokenLabel(" Donaudampfschifffahrtsgesetz");
  expect([...new Intl.Segmenter("en").segment(label)]).toHaveLength(12);
  expect(label).toBe("·Donau…esetz");
});

test("where there is little room whole numbers take a letter, and never four digits before it", () => {
  expect([0, 950, 1000, 9_240, 28_140, 99_960, 312_400, 999_600, 3e6, 1.05e9, 3e12].map(compact)).toEqual([
    "0",
    "950",
    "1.0k",
    "9.2k",
    "28.1k",
    "100k",
    "312k",
    "1.0M",
    "3.0M",
    "1.1B",
    "3000B",
  ]);
});
