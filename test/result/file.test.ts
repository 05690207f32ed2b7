/** A result's file: every bit comes back, and nothing that was changed gets through. */
import { expect, test } from "vitest";
import { ResultError } from "../../kernel-lib/src/errors";
import { parseResult, serialize } from "../../kernel-lib/src/result/file";
import { pack, unpack } from "../../kernel-lib/src/result/pack";
import { changed, madeUp } from "./sweeps";

test("serialize() and parseResult() give back every bit, missing cells and samples too", () => {
  const result = madeUp({ sizes: [1, 2, 3], missing: 0.2, state: "stopped" });
  result.data.values.target[3] = null;
  const text = serialize(result);
  const back = parseResult(text);
  expect(back.data).toEqual(result.data);
  for (const key of ["logit", "rank", "logprob", "kl"] as const) {
    const bits = (values: Float64Array) => new BigUint64Array(values.buffer, values.byteOffset, values.length);
    expect(bits(back.data.values[key])).toEqual(bits(result.data.values[key]));
  }
  expect(serialize(back)).toBe(text);
  expect(parseResult(new TextEncoder().encode(text)).toString()).toBe(result.toString());
});

test("values that float32 holds are stored so, others are not cut", () => {
  const result = madeUp();
  const logit = result.data.values.logit.map(Math.fround);
  const stored = JSON.parse(serialize(changed(result, { values: { ...result.data.values, logit } })));
  expect([stored.values.logit.dtype, stored.values.rank.dtype]).toEqual(["float32", "float32"]);
  expect(stored.values.logprob.dtype).toBe("float64");
});

test("base64 is what others write, for every length and dtype", () => {
  for (let n = 0; n < 40; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 97 + n) & 255);
    expect(pack(bytes).base64).toBe(Buffer.from(bytes).toString("base64"));
    expect(unpack(pack(bytes))).toEqual(bytes);
  }
  for (const array of [Int32Array.of(-1, 7), Float32Array.of(Number.NaN, -0, 1.5), Float64Array.of(Math.PI)]) {
    expect(unpack(pack(array))).toEqual(array);
  }
  const long = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
  expect(unpack(pack(long, [100, 200]))).toEqual(long);
  expect(unpack(pack(long.subarray(3, 5)))).toEqual(long.slice(3, 5));
});

test.each([
  ["another dtype", { dtype: "int64" }, /dtype is "int64", must be one of float32/],
  ["an inherited name as dtype", { dtype: "toString" }, /dtype is "toString"/],
  ["a negative shape", { shape: [-1] }, /shape is \[-1\]/],
  ["a shape beyond any memory", { shape: [1e6, 1e6] }, /whose product is at most/],
  ["nine axes", { shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] }, /at most 8 whole numbers/],
  ["a shape of other size", { shape: [3] }, /16 bytes.*must hold 24 bytes/],
  ["text that is not base64", { base64: "AAAA*AAA" }, /value|base64 is "\*"/],
  ["padding in the middle", { base64: "AA==AAAA" }, /base64 is "="/],
  ["a length that no base64 has", { base64: "AAAAA" }, /5 characters/],
  ["no text", { base64: 5 }, /must be a string of base64/],
])("unpack() refuses %s", (_, change, message) => {
  const packed = { ...pack(Float64Array.of(1, 2)), ...change };
  expect(() => unpack(packed, "values.logit")).toThrow(message);
});

const cells = (value: number) => pack(new Float64Array(120).fill(value), [12, 10]);
const halfMeasure = pack(
  Float64Array.from({ length: 36 }, (_, i) => (i === 3 ? Number.NaN : -0.5)),
  [12, 3],
);

/** Path of a field, and what stands there instead; undefined takes it out. */
const HOSTILE: [name: string, path: string, value: unknown, message: RegExp][] = [
  ["another schema", "schema", "patchbay.result/9", /schema is "patchbay.result\/9", must be/],
  ["another kind", "kind", "path-trace", /kind is "path-trace"/],
  ["another state", "state", "half", /state is "half"/],
  ["no spec", "spec", undefined, /spec is "missing", must be an object/],
  ["a token beyond the vocabulary", "spec.samples.1.target.0", 5000, /samples\[1\].target\[0\] is 5000/],
  ["an empty prompt", "spec.samples.0.source", [], /source is "a list of 0", must hold at least one/],
  ["a position past the end", "spec.samples.0.targetPosition", 2, /targetPosition is 2/],
  ["a fractional answer", "spec.samples.0.answer", 1.5, /answer is 1.5/],
  ["a layer that the model lacks", "values.tuples.9", [2, 4], /tuples\[9\]\[1\] is 4/],
  ["tuples in another order", "values.tuples.0", [1], /values.tuples\[0\] is "1", must be 0/],
  ["a tuple too few", "values.tuples", [[0]], /must be the 10 tuples/],
  ["a descending tuple", "values.tuples.4", [1, 0], /ascending order/],
  ["four layers at once", "spec.tuples.sizes", [1, 4], /sizes\[1\] is 4/],
  ["a shape of other samples", "values.kl", pack(new Float64Array(10), [1, 10]), /kl.shape is "1 x 10"/],
  ["whole numbers for floats", "values.kl", pack(new Int32Array(120), [12, 10]), /kl.dtype is "int32"/],
  ["rank 0", "values.rank", cells(0), /rank\[0\] is 0, must be a rank from 1/],
  ["rank 1.5", "values.rank", cells(1.5), /rank\[0\] is 1.5/],
  ["a probability above 1", "values.logprob", cells(0.5), /logprob\[0\] is 0.5, must be the logarithm/],
  ["half a measure", "values.target", halfMeasure, /target\[0\]: rank\[0\] is -0.5/],
  ["layers without end", "making.model.nLayers", 1e9, /nLayers is 1000000000, must be a whole number/],
  ["a vocabulary of none", "making.model.vocab", 0, /vocab is 0/],
  ["warnings that are no list", "making.warnings", "all fine", /warnings is "all fine", must be a list/],
  ["a token id that is no id", "tokenText.01", "x", /tokenText is "01"/],
  ["a text of another kind", "tokenText.1", 3, /tokenText\[1\] is 3/],
  ["lists for objects", "values", [1, 2], /values is "a list of 2", must be an object/],
];

test.each(HOSTILE)("parseResult() refuses %s", (_, path, value, message) => {
  const file = JSON.parse(serialize(madeUp()));
  const keys = path.split(".");
  const last = keys.pop() as string;
  keys.reduce((inner, key) => inner[key], file)[last] = value;
  const read = () => parseResult(JSON.stringify(file));
  expect(read).toThrow(ResultError);
  expect(read).toThrow(message);
});

test("parseResult() refuses what is no JSON, too deep, or says one thing twice", () => {
  expect(() => parseResult("{", "a.patchbay.json")).toThrow(/a.patchbay.json/);
  expect(() => parseResult("[".repeat(100_000))).toThrow(ResultError);
  expect(() => parseResult('{"schema": 1, "schema": 2}')).toThrow(ResultError);
  expect(() => parseResult('{"__proto__": {}}')).toThrow(ResultError);
  expect(() => parseResult("null")).toThrow(/must be an object/);
});

test("a file that was cut short is refused", () => {
  const text = serialize(madeUp());
  for (const share of [0.1, 0.5, 0.99]) {
    expect(() => parseResult(text.slice(0, Math.floor(text.length * share)))).toThrow(ResultError);
  }
});
