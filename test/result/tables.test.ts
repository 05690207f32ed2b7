/** Tables in long form and the texts made of them. */
import { expect, test } from "vitest";
import { tableToCsv } from "../../kernel-lib/src/result/csv";
import { tableToLatex } from "../../kernel-lib/src/result/latex";
import { tableToMarkdown } from "../../kernel-lib/src/result/markdown";
import { changed, madeUp } from "./sweeps";

const COLUMNS = {
  sweep:
    "sample,layers,patched_logit,target_logit,reference_logit,patched_rank,target_rank,reference_rank,patched_logprob," +
    "target_logprob,reference_logprob,logit_diff_target,logit_diff_reference,rr_diff_target,rr_diff_reference,kl_target",
  summary: "layers,metric,n,mean,ci_low,ci_high,sign_p,p_holm",
  interactions:
    "layers,metric,n,mean,ci_low,ci_high,positive,negative,ties,sign_p,t,t_p,wilcoxon,wilcoxon_p,cohen_d,p_holm,p_bh," +
    "moebius_mean,paper_k,paper_t,paper_p",
} as const;

test.each(["sweep", "summary", "interactions"] as const)("%s has its columns, and each row fills them", (name) => {
  const table = madeUp({ sizes: [1, 2, 3] }).table(name);
  expect(table.columns.join()).toBe(COLUMNS[name]);
  expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
});

test("sweep has a row for each sample and tuple; what is missing is null", () => {
  const result = madeUp({ reference: false, missing: 0.3 });
  const { rows, columns } = result.table("sweep");
  expect(rows.length).toBe(12 * 10);
  expect(rows[14].slice(0, 2)).toEqual([1, "0+1"]);
  const at = (name: string) => columns.indexOf(name);
  expect(rows.every((row) => row[at("reference_logit")] === null && row[at("rr_diff_reference")] === null)).toBe(true);
  rows.forEach((row, i) => {
    const logit = result.data.values.logit[i];
    expect(row[at("patched_logit")]).toBe(Number.isNaN(logit) ? null : logit);
    expect(row[at("target_logit")]).toBe(result.data.values.target[row[0] as number]?.logit);
  });
  expect(rows.flat().some((value) => typeof value === "number" && Number.isNaN(value))).toBe(false);
});

test("summary has all tuples of all metrics, and tests only of effects", () => {
  const result = madeUp();
  const { rows } = result.table("summary");
  expect(rows.length).toBe(10 * result.metrics.length);
  const [layers, metric, n, mean, low, high, sign, holm] = rows[4];
  expect([layers, metric, n]).toEqual(["0+1", "rr_diff_target", 12]);
  expect([mean, low, high]).toEqual([
    result.summary("rr_diff_target", [0, 1]).mean,
    ...(result.summary("rr_diff_target", [0, 1]).ci ?? []),
  ]);
  expect(sign as number).toBeLessThanOrEqual(holm as number);
  const ranks = rows.filter((row) => row[1] === "patched_rank");
  expect(ranks.every((row) => row[6] === null && row[7] === null && row[3] !== null)).toBe(true);
});

test("one sample has means and sign tests, and no statistic that needs more", () => {
  const { columns, rows } = madeUp({ samples: 1 }).table("interactions");
  for (const row of rows) {
    const of = (name: string) => row[columns.indexOf(name)];
    expect([of("ci_low"), of("t"), of("t_p"), of("cohen_d"), of("paper_t"), of("paper_p")]).toEqual(
      Array.from({ length: 6 }, () => null),
    );
    expect(of("n")).toBe(1);
    expect(of("mean")).not.toBeNull();
  }
});

test("p below the smallest double is written as decimal text", () => {
  const result = madeUp({ samples: 1500, nLayers: 2, reference: false });
  const { values } = result.data;
  const logit = values.logit.map((_, at) => (at % 3 === 2 ? 1 + (at % 7) : 0)); // only the pair does something
  const target = values.target.map(() => ({ logit: 0, rank: 1, logprob: 0 }));
  const { columns, rows } = changed(result, { values: { ...values, logit, target } }).table("interactions");
  // 2 * 2^-1500, as every sample is positive.
  expect(rows[0][columns.indexOf("sign_p")]).toMatch(/^5\.70212\d+e-452$/);
  expect(rows[0][columns.indexOf("positive")]).toBe(1500);
});

test("CSV quotes by RFC 4180, keeps every digit, leaves missing empty", () => {
  const table = {
    name: "t",
    columns: ["a", "b,c"],
    rows: [
      [0.1 + 0.2, 'say "hi", now'],
      [null, "two\nlines"],
      [-Infinity, true],
      [1e-300, ""],
    ],
  };
  expect(tableToCsv(table)).toBe(
    'a,"b,c"\n0.30000000000000004,"say ""hi"", now"\n,"two\nlines"\n-Infinity,true\n1e-300,\n',
  );
});

test("every number of a CSV reads back to the same double", () => {
  const table = madeUp({ missing: 0.1 }).table("sweep");
  const lines = tableToCsv(table).trimEnd().split("\n").slice(1);
  lines.forEach((line, i) => {
    line.split(",").forEach((text, c) => {
      const value = table.rows[i][c];
      if (typeof value === "number") expect(Number(text)).toBe(value);
      else expect(text).toBe(value ?? "");
    });
  });
});

const SMALL = {
  name: "small",
  columns: ["layers", "sign_p", "k"],
  rows: [
    ["0+3", 1.23456e-9, 12],
    ["a|b_c & 5 %", -0.51239, null],
    ["x", -Infinity, 3],
  ],
};

test("Markdown aligns numbers right and escapes what would break the table", () => {
  expect(tableToMarkdown(SMALL, { digits: 3 })).toBe(
    "| layers | sign\\_p | k |\n| --- | ---: | ---: |\n| 0+3 | 1.23e-9 | 12 |\n" +
      "| a\\|b\\_c \\& 5 % | \u22120.512 | \u2013 |\n| x | \u2212\u221e | 3 |\n",
  );
});

test("LaTeX uses booktabs, sets numbers as mathematics and escapes text", () => {
  expect(tableToLatex(SMALL, { digits: 3, caption: "50 % of $x_i$", label: "tab:a b" })).toBe(
    [
      "% needs \\usepackage{booktabs}",
      "\\begin{table}",
      "\\centering",
      "\\caption{50 \\% of \\$x\\_i\\$}",
      "\\label{tab:a-b}",
      "\\begin{tabular}{lrr}",
      "\\toprule",
      "layers & sign\\_p & k \\\\",
      "\\midrule",
      "0+3 & $1.23 \\times 10^{-9}$ & $12$ \\\\",
      "a|b\\_c \\& 5 \\% & $-0.512$ & -- \\\\",
      "x & $-\\infty$ & $3$ \\\\",
      "\\bottomrule",
      "\\end{tabular}",
      "\\end{table}",
      "",
    ].join("\n"),
  );
  expect(tableToLatex(SMALL)).not.toContain("\\begin{table}");
});
