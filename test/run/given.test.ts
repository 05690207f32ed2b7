/** Public calls without arguments, or with things of the wrong kind: each says in words what it takes. */
import { describe, expect, test } from "vitest";
import * as pb from "../../kernel-lib/src/index";
import { traceOf } from "../paper/made";
import { madeUp } from "../result/sweeps";

const sweep = madeUp();
const trace = traceOf("own/base", "antonym", 1);
const WRONG: readonly unknown[] = [undefined, null, 42, "x", true, [], {}, [null], [42], () => 1];
const table = sweep.table("summary");

/** Arguments of which the last is wrong. */
const CALLS: readonly unknown[][] = [
  [],
  ...WRONG.map((value) => [value]),
  ...[null, 42, "x"].flatMap((options) => [
    ["x", options],
    [sweep, options],
    [trace, options],
    [[sweep, sweep], options],
    [[trace, trace], options],
    [table, options],
    ["table9", [sweep], options],
  ]),
  [table, { digits: -1 }],
  [trace, { resamples: "x" }],
  [[trace, trace], { resamples: 0 }],
  ["table9", [sweep], { resamples: -1 }],
  [{ columns: ["a", "b"], rows: [[1]] }],
];

/** They print, end what others run, or are classes of errors. */
const LEFT_OUT = ["show", "cancelAllRuns", "stats", ...Object.keys(pb).filter((name) => name.endsWith("Error"))];
const names = Object.keys(pb).filter((name) => !LEFT_OUT.includes(name));

test.each(names)("pb.%s() refuses in words what it does not take", async (name) => {
  const called = (pb as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
  const isClass = /^class /.test(Function.prototype.toString.call(called));
  for (const args of CALLS) {
    const error = await (async () => {
      try {
        await (isClass ? Reflect.construct(called, args) : called(...args));
        return null;
      } catch (thrown) {
        return thrown;
      }
    })();
    if (error === null) continue;
    expect(error, `${name}(${args.map(String).join(", ")})`).toBeInstanceOf(pb.PatchbayError);
    expect(String((error as Error).message).length).toBeGreaterThan(10);
  }
});

describe("the words name the call, what it was given, the rule and the way out", () => {
  const call =
    (name: string, ...args: unknown[]) =>
    () =>
      (pb as unknown as Record<string, (...args: unknown[]) => unknown>)[name](...args);
  test.each<[() => unknown, string]>([
    [call("headsAcross"), "headsAcross(): takes a list of path traces, not nothing. For example headsAcross(["],
    [call("headsAcross", []), "headsAcross(): takes a list of path traces, and this one is empty"],
    [call("headsAcross", [trace, sweep]), "and its item 1 is a SweepResult"],
    [call("compare", [sweep, Promise.resolve(sweep)]), "and its item 1 is a promise (wait for it: await ...)"],
    [call("compare", [sweep, sweep], 42), "compare(): options is 42, must be an object"],
    [
      call("pathsByToken"),
      "pathsByToken(): takes a path trace, not nothing. For example pathsByToken(await pb.pathTrace(",
    ],
    [call("headActivityAt", trace, "end"), 'must be "instruction-end", "first-sentence", a position'],
    [call("tableToCsv", sweep), "tableToCsv(): takes a table, that is { name, columns, rows }, not a SweepResult"],
    [call("tableToMarkdown", table, { digits: -1 }), "digits is -1, must be a whole number from 1 to 17"],
    [call("parseAnyResult"), "must be the text or the bytes of a file, not nothing"],
    [call("serialize", trace), "takes the result of a patch sweep, not a TraceResult"],
    [call("samplesOf", {}, "capital"), 'For example pb.samplesOf(model, pb.task("capital"))'],
    [call("paperTable", "table9", [sweep], { resamples: -1 }), "paperTable(): resamples is -1, must be a whole number"],
  ])("%#", (made, words) => {
    expect(made).toThrow(words);
    expect(made).toThrow(pb.PatchbayError);
  });
});
