/** plan, run, export, validate: the commands of a sweep. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { parseResult, tableToCsv } from "../../kernel-lib/src/result";
import type { SweepResult } from "../../kernel-lib/src/result/sweep";
import { run } from "../../kernel-lib/src/run/from-spec";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const root = temporaryFolder();
const out = join(root, "sweep.patchbay.json");
let model: string;
let spec: Record<string, unknown>;
let specFile: string;

const sample = (i: number) => ({
  source: [1, 20 + i, 30, 40],
  target: [1, 50 + i, 60],
  reference: [1, 20 + i, 30, 40, 50 + i, 60],
  answer: 70 + i,
});

beforeAll(() => {
  model = writeTinyCheckpoint(join(root, "model"), { nLayers: 4, nKvHeads: 2 });
  spec = {
    schema: "patchbay.spec/1",
    kind: "patch-sweep",
    model,
    protocol: "paper",
    site: "resid_post",
    samples: Array.from({ length: 5 }, (_, i) => sample(i)),
    tuples: { sizes: [1, 2] },
  };
  specFile = write("spec.json", spec);
});

function write(name: string, value: unknown): string {
  const path = join(root, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

async function refused(args: readonly string[]): Promise<string> {
  const before = readdirSync(root).sort();
  const { code, stdout, stderr } = await patchbay(args);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(readdirSync(root).sort()).toEqual(before);
  return stderr;
}

test("plan prints the cost, as text and as JSON, and writes nothing", async () => {
  const before = readdirSync(root);
  const { code, stdout } = await patchbay(["plan", specFile]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/5 samples x 10 tuples of resid_post, protocol paper/);
  expect(stdout).toMatch(/time +about /);
  const { cost } = JSON.parse((await patchbay(["plan", specFile, "--json"])).stdout);
  expect(cost).toMatchObject({ samples: 5, tuples: 10 });
  expect(cost.seconds).toBeGreaterThan(0);
  expect(cost.blockRuns).toBeLessThan(cost.naiveBlockRuns);
  expect(readdirSync(root)).toEqual(before);
});

describe("run", () => {
  test("writes the result that the library computes, and no other file", async () => {
    const { code, stderr, stdout } = await patchbay(["run", specFile, "--out", out]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/sweep.patchbay.json: 50 samples x tuples in/);
    expect(readdirSync(root).filter((name) => name.startsWith("sweep"))).toEqual(["sweep.patchbay.json"]);
    const found = parseResult(readFileSync(out));
    const loaded = await loadModel(model, { host: "inline" });
    try {
      const expected = await run<SweepResult>(spec, { model: loaded });
      expect(found.data.values).toEqual(expected.data.values);
      expect(found.making.specHash).toBe(expected.making.specHash);
      expect(found.state).toBe("done");
    } finally {
      await loaded.close();
    }
  });

  test("the naive plan gives the same ranks, and logits within 1e-5", async () => {
    const naive = join(root, "naive.patchbay.json");
    expect((await patchbay(["run", specFile, "--out", naive, "--plan", "naive"])).code).toBe(0);
    const [a, b] = [out, naive].map((path) => parseResult(readFileSync(path)).data);
    expect(b.making.plan).toBe("naive");
    expect([...b.values.rank]).toEqual([...a.values.rank]);
    for (const [i, logit] of a.values.logit.entries())
      expect(Math.abs(b.values.logit[i] - logit)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(logit)));
  });

  test("stopped by SIGINT it keeps what is finished; --resume comes to the same numbers", async () => {
    const deep = writeTinyCheckpoint(join(root, "deep"), { nLayers: 12, dModel: 64, dMlp: 128 });
    const samples = Array.from({ length: 20 }, (_, i) => sample(i));
    const long = write("long.json", { ...spec, model: deep, samples, tuples: { sizes: [1, 2, 3] } });
    const [half, whole] = [join(root, "half.json"), join(root, "whole.json")];
    const passes = () =>
      existsSync(`${half}.journal`) ? readFileSync(`${half}.journal`, "utf8").split("\n").length - 2 : 0;
    const stopped = await patchbay(["run", long, "--out", half], { interruptWhen: () => passes() > 0 });
    expect(stopped.stderr).toMatch(/stopped at \d+ of \d+ samples x tuples; go on with: patchbay run .* --resume/);
    expect({ code: stopped.code, out: existsSync(half) }).toEqual({ code: 130, out: false });
    expect(await refused(["run", long, "--out", half])).toMatch(
      /half.json.journal: holds what an earlier run has finished. Go on from it by --resume/,
    );
    expect((await patchbay(["run", long, "--out", half, "--resume"])).code).toBe(0);
    expect((await patchbay(["run", long, "--out", whole])).code).toBe(0);
    const [a, b] = [half, whole].map((path) => parseResult(readFileSync(path)).data.values);
    expect(a).toEqual(b);
    expect(existsSync(`${half}.journal`)).toBe(false);
  });

  test("a run that fails before anything is finished leaves no file", async () => {
    const broken = writeTinyCheckpoint(join(root, "nan"), {});
    const weights = join(broken, "model.safetensors");
    // The unembedding comes last: all its bits set are NaN.
    const bytes = readFileSync(weights);
    writeFileSync(weights, bytes.fill(0xff, bytes.byteLength - 4 * 101 * 32));
    const path = write("nan.json", { ...spec, model: broken });
    const before = readdirSync(root).sort();
    const { code, stderr } = await patchbay(["run", path, "--out", join(root, "nan-out.json")]);
    expect({ code, last: stderr.trim().split("\n").at(-1) }).toEqual({
      code: 2,
      last: expect.stringMatching(/^error: .*NaN.* The weights hold NaN or infinities/),
    });
    expect(readdirSync(root).sort()).toEqual(before);
  });

  const other = join(root, "other.json");
  test.each<[string, Record<string, unknown> | string, RegExp]>([
    ["no JSON", "{", /must be valid JSON/],
    ["deep JSON", `{"a":${"[".repeat(1e5)}`, /nesting at character \d+ is 17/],
    ["another schema", { schema: "patchbay.spec/9" }, /schema is "patchbay.spec\/9", must be "patchbay.spec\/1"/],
    ["no model", { model: undefined }, /model is null, must be a folder, a hub name or a demo/],
    ["a model that is not there", { model: "no/such" }, /patchbay pull no\/such/],
    ["another kind", { kind: "magic" }, /kind is "magic", must be "patch-sweep"/],
    ["an unknown field", { sites: "x" }, /sites: is not a field of this spec/],
    ["an unknown site", { site: "resid_pre" }, /site is "resid_pre"/],
    ["a layer too high", { tuples: { list: [[0, 4]] } }, /tuples.list\[0\].* is 4/],
    ["a negative layer", { tuples: { list: [[-1]] } }, /is -1/],
    ["a tuple longer than the model", { tuples: { sizes: [5] } }, /sizes\[0\] is 5/],
    ["a fraction for a size", { tuples: { sizes: [1.5] } }, /sizes\[0\] is 1.5/],
    ["an id beyond the vocabulary", { samples: [{ ...sample(0), answer: 101 }] }, /samples\[0\].answer is 101/],
    ["a position outside", { samples: [{ ...sample(0), targetPosition: 3 }] }, /samples\[0\].targetPosition is 3/],
    ["no samples", { samples: [] }, /samples is/],
    ["text without a tokenizer", { samples: [{ ...sample(0), source: "a" }] }, /has no tokenizer.json/],
    [
      "a __proto__ key",
      '{"schema":"patchbay.spec/1","__proto__":{"kind":"patch-sweep"}}',
      /must not have the key "__proto__"/,
    ],
  ])("refuses %s", async (_, change, message) => {
    const path = badSpec(change);
    expect(await refused(["run", path, "--out", other])).toMatch(message);
  });

  test("plan and validate refuse the same", async () => {
    const path = badSpec({ tuples: { list: [[0, 4]] } });
    for (const command of ["plan", "validate"])
      expect(await refused([command, path])).toMatch(/tuples.list\[0\].* is 4/);
  });

  function badSpec(change: Record<string, unknown> | string): string {
    return write("bad-spec.json", typeof change === "string" ? change : { ...spec, ...change });
  }

  test("refuses options that are wrong, before it loads anything", async () => {
    const command = (extra: string[]) => ["run", specFile, ...extra];
    expect(await refused(command([]))).toMatch(/required option '--out/);
    expect(await refused(command(["--out", join(root, "no/where.json")]))).toMatch(/which is no folder/);
    expect(await refused(command(["--out", root]))).toMatch(/is a folder/);
    expect(await refused(command(["--out", other, "--plan", "magic"]))).toMatch(/--plan is "magic"/);
    expect(await refused(command(["--out", other, "--seed", "-1"]))).toMatch(/--seed is "-1"|argument missing/);
    expect(await refused(["run", join(root, "nothing.json"), "--out", other])).toMatch(/nothing.json: no such file/);
  });
});

describe("validate and export", () => {
  test("validate says what a file is", async () => {
    expect((await patchbay(["validate", specFile])).stdout).toMatch(/a patch-sweep spec, 5 samples x 10 tuples of/);
    expect((await patchbay(["validate", out])).stdout).toMatch(
      /a complete patch-sweep result, 5 samples x 10 tuples of/,
    );
  });

  test("tables are those of the library", async () => {
    const result = parseResult(readFileSync(out));
    for (const table of ["sweep", "summary", "interactions"] as const) {
      const file = join(root, `${table}.csv`);
      expect((await patchbay(["export", out, "--table", table, "--format", "csv", "--out", file])).code).toBe(0);
      expect(readFileSync(file, "utf8")).toBe(tableToCsv(result.table(table)));
    }
    const markdown = join(root, "t.md");
    await patchbay(["export", out, "--table", "summary", "--format", "markdown", "--out", markdown]);
    expect(readFileSync(markdown, "utf8")).toMatch(/^\| layers \| metric \|/);
    const latex = join(root, "t.tex");
    await patchbay(["export", out, "--table", "summary", "--format", "latex", "--out", latex]);
    expect(readFileSync(latex, "utf8")).toContain("\\begin{tabular}");
  });

  test("figures begin as their format does", async () => {
    for (const [format, start] of [
      ["svg", "<svg"],
      ["png", "\x89PNG"],
      ["pdf", "%PDF-"],
    ]) {
      const file = join(root, `heatmap.${format}`);
      const { code } = await patchbay(["export", out, "--figure", "heatmap", "--format", format, "--out", file]);
      expect(code, format).toBe(0);
      expect(readFileSync(file, "latin1").slice(0, start.length)).toBe(start);
    }
  });

  test("the ending of the file says the format; the main table is the default", async () => {
    for (const [ending, start] of [
      ["csv", "layers,metric,"],
      ["md", "| layers | metric |"],
      ["tex", "% needs"],
      ["svg", "<svg"],
      ["html", "<!doctype html>"],
    ]) {
      const file = join(root, `by-ending.${ending}`);
      expect((await patchbay(["export", out, "--out", file])).code, ending).toBe(0);
      expect(readFileSync(file, "utf8").slice(0, start.length).toLowerCase()).toBe(start);
    }
  });

  test.each<[string, string[], RegExp]>([
    ["a table and a figure at once", ["--table", "sweep", "--figure", "heatmap"], /--table or --figure, not both/],
    ["a file without an ending", [], /--format: must be one of csv, .*html. It is taken from the ending/],
    ["an unknown table", ["--table", "x", "--format", "csv"], /table is "x", must be one of sweep, summary/],
    ["an unknown figure", ["--figure", "pie", "--format", "svg"], /--figure is "pie", must be one of heatmap/],
    ["a table as a picture", ["--table", "sweep", "--format", "png"], /--format is "png", must be one of csv/],
    ["an unknown metric", ["--figure", "heatmap", "--format", "svg", "--metric", "x"], /metric is "x"/],
  ])("export refuses %s", async (_, args, message) => {
    expect(await refused(["export", out, ...args, "--out", join(root, "none")])).toMatch(message);
  });

  test("a result that was tampered with is refused", async () => {
    const result = JSON.parse(readFileSync(out, "utf8"));
    result.values.rank.shape = [5, 11];
    const bad = write("tampered.json", result);
    expect(await refused(["validate", bad])).toMatch(/values.rank/);
    expect(await refused(["export", bad, "--table", "sweep", "--format", "csv", "--out", join(root, "none")])).toMatch(
      /values.rank/,
    );
    expect(
      await refused(["export", specFile, "--table", "sweep", "--format", "csv", "--out", join(root, "none")]),
    ).toMatch(/schema/);
  });
});
