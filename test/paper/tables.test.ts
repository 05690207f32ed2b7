/** The paper's tables from results: layout, order and rounding as printed, honest statistics beside them. */
import { describe, expect, test } from "vitest";
import type { Result } from "../../kernel-lib/src/result/base";
import { tableToLatex } from "../../kernel-lib/src/result/latex";
import { codeOfPaper } from "../../kernel-lib/src/result/paper-code";
import { publishedCount, topTuples } from "../../kernel-lib/src/result/paper-contributions";
import { SweepResult } from "../../kernel-lib/src/result/sweep";
import { TraceResult } from "../../kernel-lib/src/result/trace";
import { paperItems, paperTable } from "../../kernel-lib/src/run/paper";
import { golden } from "../stats/golden";
import { sweepOf, traceOf } from "./made";

/** 100 samples over two layers: the inequality holds for the pair in `k` of them (with equality), else it does less. */
function countedSweep(k: number): SweepResult {
  const { data } = sweepOf("own/base", "antonym", { samples: 100, nLayers: 2 });
  const width = data.values.tuples.length;
  const pair = data.values.tuples.findIndex(({ length }) => length === 2);
  const rank = data.values.rank.map((_, at) => (at % width === pair && Math.floor(at / width) >= k ? 20 : 10));
  const target = data.values.target.map((measure) => measure && { ...measure, rank: 10 });
  return new SweepResult({ ...data, values: { ...data.values, rank, target } });
}

const sweeps = [
  sweepOf("own/base", "adjectives.antonym", { seed: 1 }),
  sweepOf("own/dpo", "adjectives.antonym", { seed: 2 }),
  sweepOf("own/sft", "animals.can_fly", { seed: 3 }),
  sweepOf("own/sft", "adjectives.antonym", { seed: 4 }),
];

describe("tables 9 to 18", () => {
  const table = paperTable("table9", sweeps);

  test("models stand one below the other, SFT first; tasks side by side in the paper's order", () => {
    expect([...new Set(table.rows.map(([model]) => model))]).toEqual(["own/sft", "own/dpo", "own/base"]);
    expect(table.groups.map(({ title }) => title)).toEqual(["", "adj: antonym", "anim: can_fly"]);
    expect(table.columns.slice(1)).toEqual([
      "adj: antonym: Layer(s)",
      "adj: antonym: Rank contrib.",
      "anim: can_fly: Layer(s)",
      "anim: can_fly: Rank contrib.",
    ]);
  });

  test("each block holds the ten best, to two decimals, ties by layers; what was not run is empty", () => {
    const [sft] = sweeps.slice(3);
    const top = topTuples(sft, "rr_diff_target", [1, 2]);
    const printed = table.rows.filter(([model]) => model === "own/sft").map((row) => [row[1], row[2]]);
    expect(printed).toHaveLength(10);
    expect(printed.map(([, value]) => Number(value))).toEqual(top.map(({ rounded }) => rounded + 0));
    expect(printed.every(([, value]) => /^(?!-0\.00)-?\d\.\d{2}$/.test(String(value)))).toBe(true);
    for (let i = 1; i < top.length; i++) expect(top[i].rounded).toBeLessThanOrEqual(top[i - 1].rounded);
    const base = table.rows.filter(([model]) => model === "own/base");
    expect(base.every((row) => row[3] === null && row[4] === null)).toBe(true);
  });

  test("one layer alone is printed twice, and comes before pairs of its layer in a tie", () => {
    const flat = sweepOf("own/base", "antonym", { ranks: 1 });
    expect(topTuples(flat, "rr_diff_target", [1, 2]).map(({ layers }) => layers)).toEqual([
      [0],
      [0, 1],
      [0, 2],
      [0, 3],
      [1],
      [1, 2],
      [1, 3],
      [2],
      [2, 3],
      [3],
    ]);
    expect(paperTable("table9", [flat]).rows[0]).toEqual(["own/base", "(0, 0)", "0.00"]);
  });

  test("the honest table beside it has a row for each of them, with interval and corrected p", () => {
    expect(table.beside?.rows).toHaveLength(40);
    expect(table.beside?.columns).toEqual(expect.arrayContaining(["n", "ci_low", "sign_p", "p_holm"]));
  });

  test("tables 17 and 18 hold triples alone", () => {
    const triples = sweepOf("own/base", "antonym", { sizes: [1, 2, 3] });
    const { rows } = paperTable("table18", [triples]);
    expect(rows.every(([, layers]) => /^\(\d, \d, \d\)$/.test(String(layers)))).toBe(true);
    expect(() => paperTable("table18", sweeps)).toThrow(/tuples of 3 layers/);
  });
});

describe("tables 5 to 8", () => {
  test("t and p are those of the count, as Python prints them", () => {
    const [sweep] = sweeps;
    const { rows, beside } = paperTable("table5", [sweep]);
    const [, layers, t, p] = rows[0];
    expect(String(t)).toMatch(/^-(\d\.\d{3}e\+\d{2}|inf)$/);
    expect(String(p)).toMatch(/^\d\.\d{3}e[+-]\d{2,}$/);
    const first = topTuples(sweep, "rr_diff_target", [1, 2])[0].layers;
    expect(layers).toBe(`(${first[0]}, ${first.at(-1)})`);
    const at = beside?.columns.indexOf("paper_k") as number;
    expect(beside?.rows[0][at]).toBe(publishedCount(sweep, "rr_diff_target", first).k);
  });

  test("for one layer alone the published inequality is f >= 2 f: it holds where the effect is not above 0", () => {
    const [sweep] = sweeps;
    const values = sweep.values("rr_diff_target", [1]);
    expect(publishedCount(sweep, "rr_diff_target", [1])).toEqual({
      k: values.filter((value) => value >= value + value).length,
      n: values.length,
    });
  });

  test("where patching changes nothing the inequality holds with equality in every sample", () => {
    const flat = sweepOf("own/base", "antonym", { ranks: 1 });
    for (const layers of [[0], [0, 1]])
      expect(publishedCount(flat, "rr_diff_target", layers)).toEqual({ k: 12, n: 12 });
    expect(paperTable("table5", [flat]).rows[0]).toEqual(["own/base", "(0, 0)", "-inf", "0.000e+00"]);
  });

  test("every pair of t and p that the paper printed comes out to the last digit, from a sweep of 100 samples", () => {
    type Row = [table: number, model: string, task: string, i: number, j: number, t: string | null, p: string | null];
    const rows: Row[] = golden("paper-tables.json").rows;
    const published = new Set(rows.flatMap(([, , , , , t, p]) => (t === null ? [] : [`${t} ${p}`])));
    const printed = new Set<string>();
    for (let k = 0; k <= 100; k++) {
      const table = paperTable("table5", [countedSweep(k)]);
      const pair = table.rows.find(([, layers]) => layers === "(0, 1)") as readonly unknown[];
      printed.add(`${pair[2]} ${pair[3]}`);
    }
    expect(published.size).toBeGreaterThan(50);
    expect([...published].filter((cell) => !printed.has(cell))).toEqual([]);
  }, 60_000);

  test("a pair's row beside it is the interaction of that pair", () => {
    const [sweep] = sweeps;
    const { beside } = paperTable("table5", [sweep]);
    const pair = beside?.rows.find((row) => String(row[2]).includes("+")) as readonly unknown[];
    const row = sweep.interactions("rr_diff_target").find(({ layers }) => layers.join("+") === pair[2]);
    expect([pair[4], pair[5]]).toEqual([row?.n, row?.mean]);
  });

  test("BigBench's tables list the best by logit, as the printed ones do", () => {
    const sweep = sweepOf("own/base", "bigbench.snarks");
    const layers = paperTable("table6", [sweep]).rows.map((row) => row[1]);
    expect(layers).toEqual(paperTable("table10", [sweep]).rows.map((row) => row[1]));
    expect(() => paperTable("table5", [sweep])).toThrow(/of contrastive tasks/);
  });

  test("models whose names end alike are told by their whole names", () => {
    const both = [sweepOf("here/own", "antonym"), sweepOf("there/own", "antonym")];
    expect(new Set(paperTable("table9", both).rows.map(([model]) => model))).toEqual(
      new Set(["here/own", "there/own"]),
    );
  });

  test("where models are of two depths, the deeper ones have their own table", () => {
    const both: Result[] = [...sweeps, sweepOf("own/deep", "antonym", { nLayers: 6 })];
    expect(new Set(paperTable("table5", both).rows.map(([model]) => model)).has("deep")).toBe(false);
    expect(new Set(paperTable("table7", both).rows.map(([model]) => model))).toEqual(new Set(["deep"]));
    expect(paperTable("table7", both).title).toMatch(/larger models$/);
    expect(paperTable("table5", sweeps).title).not.toMatch(/models/);
  });
});

describe("tables of heads", () => {
  const traces = [
    traceOf("own/base", "antonym", 1, 0),
    traceOf("own/base", "antonym", 2, 2),
    traceOf("own/base", "comparative", 1, 5),
    traceOf("own/base", "comparative", 2, 1),
  ];

  test("table 2 has a column for each layer, table 3 one for each group within a task, tables 22 to 24 three places", () => {
    const spearman = paperTable("table2", traces, { resamples: 50 });
    expect(spearman.columns).toEqual(["task", "model", "0", "1"]);
    expect(spearman.rows.map(([task]) => task)).toEqual(["adj: antonym", "adj: comparative"]);
    expect(spearman.rows.flat().every((cell) => typeof cell === "string")).toBe(true);
    expect(spearman.rows[0][2]).toMatch(/^-?\d\.\d\d$/);
    expect(paperTable("table3", traces, { resamples: 50 }).rows).toHaveLength(1);
    const places = paperTable("table22", traces, { resamples: 50 });
    expect(places.rows.map(([place]) => place)).toEqual(["T_inst \u2212 1", "T_inst", "T_inst + 1"]);
    expect(places.rows[0][2]).toMatch(/^\d\.\d{3}$/);
    expect(places.beside?.rows).toHaveLength(9);
  });

  test("without both k the table says what it needs", () => {
    expect(() => paperTable("table20", traces)).toThrow(/path traces at k = 1 and 3/);
    expect(() => paperTable("table22", traces.slice(0, 1))).toThrow(/two tasks/);
  });
});

describe("paperTable()", () => {
  test("the code of a run says what it was asked: fillers, chats, places that paths start from", () => {
    const [first, ...rest] = sweeps[0].spec.samples;
    const { data } = sweeps[0];
    const begins = (source: number, target: number, chat?: boolean) => {
      const sample = { ...first, source: [source, ...first.source], target: [target, ...first.target] };
      const spec = { ...data.spec, samples: [sample, ...rest], chat };
      return new SweepResult({ ...data, spec, tokenText: { 1: "<|end|>" } });
    };
    expect(codeOfPaper("x", [begins(0, 0)])).not.toContain("filler");
    expect(codeOfPaper("x", [begins(0, 1)])).toContain('filler: "<|end|>"');
    const chat = begins(1, 1, true);
    expect(codeOfPaper("x", [chat])).toMatch(/filler: .*, chat: true/);
    const trace = traceOf("own/base", "antonym", 2);
    const asked = (sources: readonly number[]) => ({
      ...trace.data,
      spec: { ...trace.spec, samples: trace.spec.samples.map((sample) => ({ ...sample, sources })) },
    });
    expect(codeOfPaper("x", [new TraceResult(asked([1]))])).toContain('sources: "instruction-end", topK: 2');
    expect(codeOfPaper("x", [new TraceResult(asked([0, 2]))])).toContain("sources: [0,2], topK: 2");
    const own = new SweepResult({ ...data, spec: { ...data.spec, task: "own task" } });
    expect(codeOfPaper("x", [own])).toContain("pb.run(spec, { model })); // spec: pb.spec(result)");
  });

  test("captions name n, test, models with hash and precision; the code asks for the same table", () => {
    const { caption, code } = paperTable("table5", sweeps);
    expect(caption).toMatch(/^Table 5\. /);
    for (const part of ["n = 12 samples", "sign test", "own/sft (sha256 own/sft", "fp32 on cpu"])
      expect(caption).toContain(part);
    expect(code).toContain('pb.paperTable("table5", results)');
    expect(code).toContain('"adjectives.antonym"');
  });

  test("LaTeX sets groups over columns and models as sections", () => {
    const latex = tableToLatex(paperTable("table5", sweeps));
    expect(latex).toContain("\\multicolumn{3}{c}{adj: antonym} & \\multicolumn{3}{c}{anim: can\\_fly} \\\\");
    expect(latex).toContain("\\cmidrule(lr){1-3}\\cmidrule(lr){4-6}");
    expect(latex.match(/\\textit\{own\/(sft|dpo|base)\}/g)).toHaveLength(3);
    const body = latex.split("\\midrule\n").slice(1).join("").split("\n");
    const cells = body.filter((line) => line.startsWith("(")).map((line) => line.split(" & ").length);
    expect(new Set(cells)).toEqual(new Set([6]));
  });

  test("refuses other names and things that are no results", () => {
    expect(() => paperTable("table99", sweeps)).toThrow(/must be one of table1, table2/);
    expect(() => paperTable("table5", [])).toThrow(/takes a list of results/);
  });

  test("paperItems() lists all 24 tables and what is missing for each", () => {
    const items = paperItems(sweeps);
    expect(items.filter(({ kind }) => kind === "table")).toHaveLength(24);
    const missing = (name: string) => items.find((item) => item.name === name)?.missing;
    expect(missing("table5")).toBeNull();
    expect(missing("table7")).toMatch(/two depths/);
    expect(missing("table2")).toMatch(/path traces at k = 1 and 2/);
  });
});
