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
