/** Position and head patching, steering and cross-task patching on a bundled model against PyTorch hooks, one forward
 *  for every cell (test/goldens/beyond/make.py). */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { GridResult } from "../../kernel-lib/src/result/grid-result";
import { crossTask } from "../../kernel-lib/src/run/cross-task";
import { instructionVector } from "../../kernel-lib/src/run/instruction-vector";
import { patchGrid } from "../../kernel-lib/src/run/patch-grid";
import { steer } from "../../kernel-lib/src/run/steer";

type Cell = readonly [logit: number, rank: number, kl: number, made?: readonly number[]];
interface Golden {
  patch: {
    samples: readonly { source: number[]; target: number[]; answer: number; foil: number; label: string }[];
    grids: Record<string, readonly (readonly Cell[])[]>;
  };
  steer: {
    coefficients: number[];
    norm: number;
    samples: readonly { prompt: number[]; answer: number }[];
    cells: Record<string, readonly Cell[]>;
  };
  cross: { tasks: string[]; n: number; outputs: Record<string, readonly number[]> };
}

const golden: Golden = JSON.parse(readFileSync(new URL("../goldens/beyond/beyond.json", import.meta.url), "utf8"));
/** Logits are of about 10; another order of sums in float32 through eight layers. */
const ATOL = 1e-4;

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo");
});
afterAll(() => model.close());

function holds(result: GridResult, cells: readonly Cell[]): void {
  const { logit, rank, kl } = Object.fromEntries(result.metrics.map((metric) => [metric, result.values(metric)]));
  expect(logit).toHaveLength(cells.length);
  cells.forEach(([expectedLogit, expectedRank, expectedKl], at) => {
    expect(Math.abs(logit[at] - expectedLogit), `logit ${at}`).toBeLessThan(ATOL);
    expect(Math.abs(kl[at] - expectedKl), `kl ${at}`).toBeLessThan(ATOL);
    // Two logits of the tail may lie closer than the tolerance.
    expect(Math.abs(rank[at] - expectedRank), `rank ${at}`).toBeLessThanOrEqual(expectedRank > 20 ? 1 : 0);
  });
}

const ASKED = [
  ...(["resid_pre", "resid_post", "attn_out", "mlp_out"] as const).map((site) => ({ grid: site, options: { site } })),
  { grid: "head last", options: { by: "head" as const } },
  { grid: "head all", options: { by: "head" as const, positions: "all" as const } },
];

test.each(ASKED)("patchGrid() agrees with hooks: $grid", async ({ grid, options }) => {
  const result = await patchGrid(model, { samples: golden.patch.samples, ...options });
  holds(result, golden.patch.grids[grid].flat());
});

test("a task against another is the golden's pairs", () => {
  const run = patchGrid(model, { task: "capital", against: "language", n: 1 });
  run.cancel();
  const [sample] = (run.spec as unknown as Golden["patch"]).samples;
  const like = golden.patch.samples.find(({ label }) => label === sample.label) ?? golden.patch.samples[0];
  expect(sample.source.slice(0, 14)).toEqual(like.source.slice(0, 14));
  expect(sample.target.slice(0, 14)).toEqual(like.target.slice(0, 14));
  expect(sample.target).toHaveLength(like.target.length);
});

test("instructionVector() and steer() agree with hooks, and so does what is generated", async () => {
  const { coefficients, samples, cells, norm } = golden.steer;
  const vector = await instructionVector(model, { task: "capital", layer: 2 });
  expect(Math.abs(vector.norm - norm)).toBeLessThan(ATOL);
  for (const [name, expected] of Object.entries(cells)) {
    const [site, where] = name.split(" ");
    const result = await steer(model, {
      task: "capital",
      prompts: samples,
      positions: where === "all" ? "all" : [0],
      site: site as "resid_post" | "attn_out",
      coefficients,
      maxNewTokens: 3,
    });
    holds(result, expected);
    const texts = expected.map(([, , , made]) =>
      model.tokenizer?.decode([...(made ?? [])], { skipSpecialTokens: true }),
    );
    expect(result.data.outputs).toEqual(texts);
  }
});

test("crossTask() counts what hooks give", async () => {
  const { tasks, n, outputs } = golden.cross;
  for (const [name, expected] of Object.entries(outputs)) {
    const [into, layers] = name.split(" ");
    const result = await crossTask(model, {
      tasks,
      n,
      into: into as "query" | "instruction",
      layers: layers.split("+").map(Number),
    });
    const { tasks: asked } = result.spec as unknown as {
      tasks: { queries: { answer: number; label: string }[] }[];
    };
    const follows = result.values("follows_target");
    const source = result.values("follows_source");
    expected.forEach((output, at) => {
      const [query, row, column] = [Math.floor(at / 9), Math.floor((at % 9) / 3), at % 3];
      const { answer, label } = asked[column].queries[query];
      expect(follows[at]).toBe(output === answer ? 1 : 0);
      const own = asked[row].queries.find((other) => other.label === label)?.answer;
      if (own === undefined) expect(source[at]).toBeNaN();
      else expect(source[at]).toBe(output === own ? 1 : 0);
    });
  }
});
