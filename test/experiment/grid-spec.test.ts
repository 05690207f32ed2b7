/** Specs of grids in which a word stands for two things: refused before anything runs. */
import { beforeAll, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import type { Checkpoint } from "../../kernel-lib/src/checkpoint/types";
import { resolveCrossTask } from "../../kernel-lib/src/experiment/cross-task-spec";
import { resolvePatchGrid } from "../../kernel-lib/src/experiment/patch-grid-spec";
import { resolveSteer } from "../../kernel-lib/src/experiment/steer-spec";

let model: Checkpoint;
beforeAll(async () => {
  model = await openCheckpoint("demo/dpo");
});

const base = { schema: "patchbay.spec/1", model: "demo/dpo" };

test("steering adds the vector once at a position, however that is counted", () => {
  const steer = (positions: unknown, prompts = [[1, 5, 6]]) =>
    resolveSteer(
      {
        ...{ ...base, kind: "steer", positions, vector: { plus: [[1, 5]] } },
        samples: prompts.map((prompt) => ({ prompt, answer: 7 })),
      },
      model,
    );
  expect(steer([0, -1]).positions).toEqual([0, -1]);
  expect(() => steer([0, -3])).toThrow(/positions\[1\] is -3, is position 0 of samples\[0\], as positions\[0\] is/);
  expect(() =>
    steer(
      [1, -2],
      [
        [1, 5, 6, 7],
        [1, 5, 6],
      ],
    ),
  ).toThrow(/positions\[1\] is -2, is position 1 of samples\[1\]/);
});

test("heads take each position's row from one place", () => {
  const grid = (by: string, positions: unknown) =>
    resolvePatchGrid(
      { ...base, kind: "patch-grid", by, positions, samples: [{ source: [1, 5, 6], target: [1, 5, 6], answer: 7 }] },
      model,
    );
  const twice = [
    { target: 0, source: 1 },
    { target: -3, source: 2 },
  ];
  expect(() => grid("head", twice)).toThrow(
    /positions\[1\] is -3, is position 0 of samples\[0\], as positions\[0\] is/,
  );
  // By position these are two columns, each patched on its own.
  expect(grid("position", twice).positions).toHaveLength(2);
  expect(() => grid("position", null)).toThrow(/positions is null, must be "all" or a list/);
});

test("a query of a task has one answer, and a grid of tasks a size that fits into memory", () => {
  const query = (label: string, answer: number) => ({ prompt: [1, 5], position: 0, answer, label });
  const crossTask = (queries: unknown[], tasks = 2) =>
    resolveCrossTask(
      {
        ...{ ...base, kind: "cross-task" },
        tasks: Array.from({ length: tasks }, (_, i) => ({ name: `t${i}`, instruction: [1, 4], queries })),
      },
      model,
    );
  expect(crossTask([query("hot", 7), query("hot", 7)]).tasks).toHaveLength(2);
  expect(() => crossTask([query("hot", 7), query("cold", 8), query("hot", 9)])).toThrow(
    /tasks\[0\]\.queries\[2\]\.label is "hot", has another answer in queries\[0\]/,
  );
  const many = Array.from({ length: 2500 }, (_, i) => query(String(i), 7));
  expect(() => crossTask(many, 64)).toThrow(/tasks is "2,500 queries x 64 x 64 tasks", must be at most 10000000/);
});
