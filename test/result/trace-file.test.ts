/** Files of traces: what is written comes back, and numbers that no trace can have are refused by their path. */
import { expect, test } from "vitest";
import { pack } from "../../kernel-lib/src/result/pack";
import { TraceResult } from "../../kernel-lib/src/result/trace";
import { parseTrace, serializeTrace } from "../../kernel-lib/src/result/trace-file";
import { madeUpTrace } from "./traces";

/** One layer of two heads; one of source 0's two paths is kept, and none of source 1's. */
function made(): TraceResult {
  const sources = [
    { at: 0, total: 2, kept: 1, activity: [1, 0] },
    { at: 1, total: 1, kept: 0 },
  ];
  const { data } = madeUpTrace({ nLayers: 1, nHeads: 2, samples: [{ tokens: [1, 2], sources }] });
  const kept = { positions: Int32Array.of(0, 1), rank: Int32Array.of(3), logit: Float32Array.of(0.5) };
  return new TraceResult({ ...data, samples: data.samples.map((sample) => ({ ...sample, ...kept })) });
}

const floats = (...values: number[]) => pack(Float32Array.from(values));
const { NaN: none } = Number;

test("a file gives back what it holds", () => {
  expect(parseTrace(serializeTrace(made())).data).toEqual(made().data);
});

test.each<[Record<string, unknown>, RegExp]>([
  [{ totalPaths: [2.5, 1] }, /totalPaths\[0\] is 2\.5, must be a whole number/],
  [{ totalPaths: [0, 1] }, /highRanking\[0\] is 1, must be a whole number from 0 to 0/],
  [{ highRanking: [0.5, 0.5] }, /highRanking\[0\] is 0\.5/],
  [{ highRanking: [0, 1] }, /highRanking\[0\] is 0, must be 1, as many as begin at position 0/],
  [{ highRanking: [1] }, /highRanking.*2 counts/],
  [{ positions: pack(Int32Array.of(1, 1)) }, /highRanking\[0\] is 1, must be 0/],
  [{ logit: floats(none) }, /logit\[0\] is "NaN", must be a finite number/],
  [{ headActivity: floats(1, 1.5, none, none) }, /headActivity\[1\] is 1\.5, must be a share from 0 to 1/],
  [{ headActivity: floats(1, none, none, none) }, /headActivity\[1\] is "NaN"/],
  [{ headActivity: floats(1, 0, 0, 0) }, /headActivity\[2\] is 0, must be NaN/],
])("a sample with %o is refused", (change, message) => {
  const file = JSON.parse(serializeTrace(made()));
  Object.assign(file.samples[0], change);
  expect(() => parseTrace(JSON.stringify(file))).toThrow(message);
});

test("a console shows paths, completeness and the most active heads, with n", () => {
  const source = (kept: number, activity: readonly (number | null)[]) => ({ at: 4, total: 12_000, kept, activity });
  const one = { tokens: [1, 2], label: "France", sources: [source(3, [0.2, null, 1, null])] };
  const two = { tokens: [1, 2], sources: [source(0, [0.4, null, 1, null]), { at: 5, total: 1, kept: 1 }] };
  const result = madeUpTrace({ nLayers: 2, nHeads: 2, samples: [one, two] });
  expect(String(result).split("\n")).toEqual([
    "a complete path-trace result, 2 of 2 samples of made-up",
    "  top-1 attention, answer rank at most 10, eq3, cpu fp32, seed 0",
    "  paths of a sample, and how far all of them together stand for the model:",
    "    sample   paths  kept  best rank  their logit  model's  cosine  norm ratio",
    "    France  12,000     3          -         1.00     1.00   1.000       1.000",
    "    1       12,001     1          -         1.00     1.00   1.000       1.000",
    "  most active heads, by the share of the kept paths from a position in which they take part:",
    "    layer  head  from position  activity  95 % interval  n",
    "        1     0              4      1.00              -  2",
    "        0     0              4      0.30   [0.20, 0.40]  2",
  ]);
});
