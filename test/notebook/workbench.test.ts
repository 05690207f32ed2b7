/** What the kernel answers the workbench, from the bundled checkpoints. */
import { expect, test } from "vitest";
import { about, costCard, modelCard, taskCard } from "../../kernel-lib/src/notebook/workbench";
import { EXPERIMENTS, type WorkbenchChoice } from "../../kernel-lib/src/view";

const choice = (kind: string, options: Record<string, unknown> = {}): WorkbenchChoice => ({
  model: "demo/dpo",
  device: "auto",
  task: "capital",
  kind,
  options,
});

test("names the bundled models and tasks, and the devices of this build", () => {
  const { models, tasks, devices, version } = about("1.2.3");
  expect(models).toEqual(expect.arrayContaining(["demo/base", "demo/sft", "demo/dpo"]));
  expect(tasks.find(({ name }) => name === "capital")).toMatchObject({ set: "demo" });
  expect(tasks.some(({ set }) => set === "paper")).toBe(true);
  expect(devices.slice(0, 2)).toEqual(["auto", "cpu"]);
  expect(version).toBe("1.2.3");
});

test("describes a model without opening its weights, and says what is missing of one that is not there", async () => {
  const card = await modelCard("demo/dpo", "auto");
  expect(card.stage).toBe("dpo");
  expect(card.lines[0]).toContain("8 layers, 4 heads");
  await expect(modelCard("no/such-model", "auto")).rejects.toThrow("patchbay pull no/such-model");
  await expect(modelCard("demo/dpo", "abacus")).rejects.toThrow("device");
});

test("shows a task in the model's tokens", async () => {
  const card = await taskCard("demo/dpo", "capital");
  expect(card.instruction.join("")).toContain("capital");
  expect(card.warnings).toEqual([]);
  await expect(taskCard("demo/dpo", "no such task")).rejects.toThrow("no such task");
});

test.each(EXPERIMENTS.map(({ kind }) => kind))("says the size of a %s without opening the model", async (kind) => {
  const card = await costCard(choice(kind), false);
  expect(card.measured).toBe(false);
  expect(card.rows[0][0]).toBe("size");
  expect(card.rows[0][1]).toMatch(/\d/);
});

test.each(["patch-sweep", "path-trace", "steer", "cross-task", "logit-lens"])(
  "measures a %s with the model open",
  async (kind) => {
    const card = await costCard(choice(kind, { n: 2 }), true);
    expect(card.measured).toBe(true);
    expect(card.rows.map(([label]) => label)).toContain(kind === "path-trace" ? "paths" : "time");
  },
);

test("a size follows every choice of an experiment", async () => {
  const size = async (kind: string, options: Record<string, unknown>) =>
    (await costCard(choice(kind, options), false)).rows[0][1];
  expect(await size("steer", { coefficients: [0, 1, 2], n: 4 })).toBe("4 samples x 8 layers x 3 coefficients");
  expect(await size("cross-task", { n: 4 })).toBe("4 queries x 3 x 3 tasks");
  expect(await size("logit-lens", { positions: [-1], n: 2 })).toBe("2 samples x 8 layers x 1 position");
});

test.each(EXPERIMENTS.flatMap(({ kind, fields }) => fields.map((field) => [kind, field] as const)))(
  "a %s can be had with every value of each choice",
  async (kind, { key, values }) => {
    for (const [, value] of values) {
      const { rows } = await costCard(choice(kind, { n: 2, rephrasings: 4, [key]: value }), false);
      expect(rows[0][1]).toMatch(/\d/);
    }
  },
);

test("refuses what the call would refuse, in its words", async () => {
  await expect(costCard(choice("patch-sweep", { n: 0 }), false)).rejects.toThrow(/n\b/);
  await expect(costCard(choice("patch-sweep", { sizes: [9] }), false)).rejects.toThrow(/sizes|layers/);
  await expect(costCard(choice("__proto__"), false)).rejects.toThrow("must be one of patch-sweep, path-trace");
  await expect(costCard({ ...choice("accuracy"), task: "no such task" }, false)).rejects.toThrow("no such task");
});
