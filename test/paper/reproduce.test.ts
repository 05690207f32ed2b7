/** The whole paper on a demo model, with few samples: the folder, going on with it, and what is refused. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import type { PatchSweepSpec } from "../../kernel-lib/src/experiment/types";
import { parseAnyResult } from "../../kernel-lib/src/result/kinds";
import { crossTaskQuestion } from "../../kernel-lib/src/run/cross-task";
import { lensQuestion } from "../../kernel-lib/src/run/logit-lens";
import { patchGridQuestion } from "../../kernel-lib/src/run/patch-grid";
import { traceQuestion } from "../../kernel-lib/src/run/path-trace";
import { type ReproduceOptions, type ReproduceProgress, reproduce } from "../../kernel-lib/src/run/reproduce";
import { jobsOf } from "../../kernel-lib/src/run/reproduce-jobs";
import { reportOf } from "../../kernel-lib/src/run/reproduce-report";
import { Remaining } from "../../kernel-lib/src/run/reproduce-time";

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "patchbay-reproduce-"));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const asked = (): ReproduceOptions => ({
  models: ["demo/dpo"],
  out,
  tasks: ["antonym", "comparative"],
  n: 4,
  rephrasings: 6,
  resamples: 50,
  only: ["table2", "table5", "table18", "table22", "fig2", "fig22", "fig20", "fig21", "fig29", "fig8"],
  load: { host: "inline" },
});

const read = (path: string) => readFileSync(join(out, path), "utf8");

describe("reproduce()", () => {
  test("stopped after two experiments it keeps them, and what was begun", async () => {
    const stopper = new AbortController();
    const seen: ReproduceProgress[] = [];
    const made = await reproduce({
      ...asked(),
      signal: stopper.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.done === 2) stopper.abort();
      },
    });
    expect(made).toMatchObject({ state: "stopped", ran: 2, kept: 0, report: null });
    expect(seen[0]).toMatchObject({ done: 0, total: 13, doing: "demo/dpo: accuracy, antonym", secondsLeft: null });
    expect(seen.every(({ share }, at) => at === 0 || share >= seen[at - 1].share)).toBe(true);
    expect(existsSync(join(out, "index.html"))).toBe(false);
  });

  test("the same call goes on, and writes results, tables, figures and a report", async () => {
    const made = await reproduce(asked());
    expect(made).toMatchObject({ state: "done", ran: 11, kept: 2, failed: [] });
    expect(made.written).toEqual([
      ...["table2", "table5", "table18", "table22", "fig2", "fig20", "fig21", "fig22"],
      ...["fig29", "fig29-interval", "fig29-p"],
    ]);
    expect(made.missing.map(({ name }) => name)).toEqual(["fig8"]);
    const files = readdirSync(join(out, "results/demo-dpo")).sort();
    expect(files).toHaveLength(13);
    expect(files.every((file) => file.endsWith(".patchbay.json"))).toBe(true);
    for (const file of files) expect(parseAnyResult(read(`results/demo-dpo/${file}`)).state).toBe("done");
    for (const ending of ["csv", "md", "tex"]) {
      expect(read(`tables/table5.${ending}`)).toContain("(0, ");
      expect(read(`tables/table5_honest.${ending}`).length).toBeGreaterThan(200);
    }
    expect(read("tables/fig22_by_class.csv")).toContain("instruction end");
    for (const width of ["single", "double"]) {
      expect(read(`figures/fig2.${width}.svg`)).toContain("<svg");
      expect(read(`figures/fig2.${width}.pdf`).slice(0, 5)).toBe("%PDF-");
      expect(
        readFileSync(join(out, `figures/fig2.${width}.png`))
          .subarray(1, 4)
          .toString(),
      ).toBe("PNG");
    }
  });

  test("the report stands alone: no script, nothing from outside, names of its own for every picture", () => {
    const page = read("index.html");
    expect(page).not.toMatch(/<script|<link|<img|@import/);
    expect([...page.matchAll(/(?:src|xlink:href)="([^#"]*)"/g)].map(([, url]) => url)).toEqual([]);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...page.matchAll(/url\(#([^)]+)\)|href="#([^"]+)"|aria-labelledby="([^"]+)"/g)].map(
      ([, paint, link, label]) => paint ?? link ?? label,
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).toContain('<th scope="colgroup" colspan="3">adj: antonym</th>');
    expect(page).toMatch(/What is not here, and why[\s\S]*Figure 8\..*BIG-bench/);
    for (const [, file] of page.matchAll(/<a href="((?:tables|figures|results)\/[^"]+)"/g))
      expect(existsSync(join(out, decodeURI(file))), file).toBe(true);
  });

  test("a finished folder runs nothing again and gives the same bytes", async () => {
    const before = ["index.html", "tables/table5.tex", "figures/fig2.double.pdf"].map(read);
    const made = await reproduce(asked());
    expect(made).toMatchObject({ ran: 0, kept: 13 });
    expect(["index.html", "tables/table5.tex", "figures/fig2.double.pdf"].map(read)).toEqual(before);
  });

  test("results of another question or model are refused by name, before anything runs", async () => {
    await expect(reproduce({ ...asked(), n: 3 })).rejects.toThrow(
      /accuracy\.antonym\.patchbay\.json: was made of another question than is asked now \(different: samples\)/,
    );
    await expect(reproduce({ ...asked(), seed: 1 })).rejects.toThrow(/: seed is 0, must be 1/);
    const file = join(out, "results/demo-dpo/sweep.antonym.patchbay.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/"fingerprint":"sha256:[0-9a-f]{4}/, '"fingerprint":"sha256:0000'));
    await expect(reproduce(asked())).rejects.toThrow(/sweep\.antonym.*the checkpoint has changed since/);
    writeFileSync(file, text);
  });

  test("bad questions are refused", async () => {
    await expect(reproduce({ ...asked(), models: [] })).rejects.toThrow(/at least one model/);
    await expect(reproduce({ ...asked(), models: ["demo/dpo", "demo/dpo"] })).rejects.toThrow(/is the same checkpoint/);
    await expect(reproduce({ ...asked(), tasks: ["nothing"] })).rejects.toThrow(/task is "nothing"/);
    await expect(reproduce({ ...asked(), only: ["fig99"] })).rejects.toThrow(/only is "fig99"/);
  });
});

test("jobs follow the protocol: fillers and Eq. 3, or the bare query and the released code's paths", async () => {
  const checkpoint = await openCheckpoint("demo/dpo");
  for (const [protocol, equation, hasFiller] of [
    ["paper", "eq3", true],
    ["released-code", "released-code", false],
  ] as const) {
    const jobs = jobsOf(checkpoint, out, { tasks: ["antonym", "color"], n: 2, rephrasings: 3, protocol });
    const sweep = jobs.find(({ part }) => part === "sweep")?.spec as unknown as PatchSweepSpec;
    const begins = sweep.samples[0].target[0] === checkpoint.config.bosId;
    expect([sweep.protocol, begins]).toEqual([protocol, hasFiller]);
    expect(jobs.find(({ part }) => part === "paths-2")?.spec).toMatchObject({ equation, topK: 2, maxRank: 17 });
    expect(new Set(jobs.map(({ file }) => file)).size).toBe(jobs.length);
  }
});

describe("a checkpoint without a beginning of sequence", () => {
  const noBos = async () => {
    const checkpoint = await openCheckpoint("demo/dpo");
    return { ...checkpoint, config: { ...checkpoint.config, bosId: null } };
  };
  const asked = { tasks: ["antonym", "color"], n: 2, rephrasings: 3 };

  test("is asked with a filler that is named; the message names a token that it has, for calls and the command line", async () => {
    const checkpoint = await noBos();
    expect(() => jobsOf(checkpoint, out, asked)).toThrow(/filler: is not given.*filler: "<\/s>".*--filler "<\/s>"/);
    const sweep = jobsOf(checkpoint, out, { ...asked, filler: "</s>" }).find(({ part }) => part === "sweep");
    const spec = sweep?.spec as unknown as PatchSweepSpec | undefined;
    expect(spec?.samples[0].target[0]).toBe(checkpoint.tokenizer?.tokenId("</s>"));
  });

  test("needs none for what asks prompts as they are", async () => {
    const checkpoint = await noBos();
    const parts = jobsOf(checkpoint, out, { ...asked, protocol: "released-code" }).map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(["accuracy", "sweep", "geometry", "paths-1", "paths-3"]));
    expect(traceQuestion(checkpoint, { task: "antonym", n: 1 }).samples).toHaveLength(1);
    expect(lensQuestion(checkpoint, { task: "antonym", n: 1 }, {}).json.task).toBe("antonym");
    expect(patchGridQuestion(checkpoint, { task: "antonym", against: "comparative", n: 1 }).json.task).toBe("antonym");
    const crossed = { tasks: ["antonym", "comparative"], n: 1 } as const;
    expect(crossTaskQuestion(checkpoint, { ...crossed, into: "instruction" }).json.into).toBe("instruction");
    expect(() => crossTaskQuestion(checkpoint, crossed)).toThrow(/filler: is not given/);
  });
});

test("what a reader should know of the prompts stands in the report once, with all tasks that it is about", () => {
  const notes = ["antonym", "color"].map((about) => ({ about, model: "own/base", words: "2 answers are cut" }));
  const parts = { tables: [], figures: [], missing: [], failed: [], sources: [], command: "", explore: false };
  expect(reportOf([], { ...parts, notes })).toContain("<li>own/base: antonym, color: 2 answers are cut</li>");
  expect(reportOf([], { ...parts, notes: [] })).not.toContain("Worth knowing");
});

describe("time left", () => {
  const job = (part: "sweep" | "geometry", model: string) => ({
    ...{ part, model, title: "", fingerprint: "", file: "", items: 10, warnings: [] },
    spec: { kind: "" },
  });

  test("is reckoned from experiments of the same kind, and says when some were never timed", () => {
    let clock = 0;
    const jobs = [job("sweep", "a"), job("sweep", "a"), job("geometry", "a"), job("sweep", "b")];
    const time = new Remaining(jobs, [], () => clock);
    const end = time.begin(jobs[0]);
    expect(time.state(0)).toEqual({ done: 0, total: 4, share: 0, secondsLeft: null, atLeast: true });
    clock = 20;
    end();
    // A sweep of each model is left at 20 s; the geometry is unknown.
    expect(time.state(0)).toEqual({ done: 1, total: 4, share: 0.25, secondsLeft: 40, atLeast: true });
    const endGeometry = time.begin(jobs[2]);
    clock = 30;
    expect(time.state(0.5)).toEqual({ done: 1, total: 4, share: 0.375, secondsLeft: 50, atLeast: false });
    endGeometry();
    expect(time.state(0)).toMatchObject({ done: 2, secondsLeft: 40, atLeast: false });
  });
});
