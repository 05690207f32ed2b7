/** The workbench's table of experiments, and the cells that choices become. */
import { expect, test } from "vitest";
import { firstChoice, numberIn, runName, withKind, withOption } from "../../extension/src/workbench/choice";
import { EXPERIMENTS, experimentNamed, type WorkbenchChoice, workbenchCode } from "../../kernel-lib/src/view";

const NOTHING = { patchbay: false, model: null };
const first = firstChoice("auto");

test("the first choice becomes a whole cell", () => {
  expect(workbenchCode(first, NOTHING)).toBe(
    [
      "// inserted by the Patchbay panel",
      'import * as pb from "patchbay";',
      'const model = await pb.load("demo/dpo");',
      'const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2] });',
      "pb.show(run);",
      "const result = await run;",
    ].join("\n"),
  );
});

test("what cells above have done is left out, unless it was another model or device", () => {
  const loaded = { patchbay: true, model: { name: "demo/dpo", device: "auto" } };
  expect(workbenchCode(first, loaded).split("\n")).toHaveLength(4);
  expect(workbenchCode({ ...first, model: "demo/sft" }, loaded)).toContain('pb.load("demo/sft")');
  expect(workbenchCode({ ...first, device: "webgpu" }, loaded)).toContain('{ device: "webgpu" }');
  expect(workbenchCode(first, { ...loaded, patchbay: false })).toContain("pb.load");
});

test("only what differs from the call's own defaults is written", () => {
  const choice = withOption(withOption(first, "protocol", "released-code"), "n", 5);
  expect(workbenchCode(choice, NOTHING)).toContain(
    '{ task: "capital", sizes: [1, 2], protocol: "released-code", n: 5 }',
  );
});

test("names that hold quotes and markup stay one string", () => {
  const odd: WorkbenchChoice = { ...first, model: 'a"); alert(1); ("', task: "`1`\n" };
  const code = workbenchCode(odd, NOTHING);
  expect(code).toContain('pb.load("a\\"); alert(1); (\\"")');
  expect(code).toContain('task: "`1`\\n"');
});

test("every experiment has each key once, and a default among its values", () => {
  for (const { fields, kind } of EXPERIMENTS) {
    expect(new Set(fields.map(({ key }) => key)).size, kind).toBe(fields.length);
    for (const { key, values, default: usual } of fields)
      if (values.length > 0)
        expect(
          values.map(([, value]) => JSON.stringify(value)),
          `${kind} ${key}`,
        ).toContain(JSON.stringify(usual));
  }
});

test("another experiment begins with its own defaults and keeps what both ask in the same words", () => {
  const trace = withKind(withOption(first, "n", 7), "path-trace");
  expect(trace.options).toEqual(
    Object.fromEntries(experimentNamed("path-trace").fields.map(({ key, default: usual }) => [key, usual])),
  );
  expect(withKind(trace, "patch-sweep").task).toBe("capital");
});

test("an experiment over several tasks names them itself", () => {
  const geometry = withKind(first, "geometry");
  expect(workbenchCode(geometry, NOTHING)).toContain('pb.geometry(model, { task: "demo", rephrasings: 40 })');
  expect(runName(withOption(geometry, "task", "animals")).name).toBe("animals, geometry");
});

test("an experiment over a list of tasks writes the list, and runs are named by it", () => {
  const cross = withKind(first, "cross-task");
  expect(workbenchCode(cross, NOTHING)).toContain(
    'pb.crossTask(model, { tasks: ["capital", "language", "continent"], n: 10 })',
  );
  const two = withOption(cross, "tasks", ["animals.color", "animals.can_fly"]);
  expect(runName(two).name).toBe("animals.color, animals.can_fly, cross-task patching");
});

test("steering writes what differs from the call's own choice", () => {
  const steer = withOption(withKind(first, "steer"), "coefficients", [0, 1, 2]);
  expect(workbenchCode(steer, NOTHING)).toContain(
    'pb.steer(model, { task: "capital", coefficients: [0, 1, 2], n: 10 })',
  );
});

test("the logit lens takes the task as its prompt, and other choices behind it", () => {
  const lens = withKind(first, "logit-lens");
  expect(workbenchCode(lens, NOTHING)).toContain('pb.logitLens(model, { task: "capital", n: 1 });');
  expect(workbenchCode(withOption(lens, "positions", [-1]), NOTHING)).toContain(
    'pb.logitLens(model, { task: "capital", n: 1 }, { positions: [-1] });',
  );
  expect(workbenchCode(withOption(lens, "n", null), NOTHING)).toContain('pb.logitLens(model, { task: "capital" });');
});

test("a field of samples takes whole numbers in its range, or nothing", () => {
  const field = experimentNamed("patch-sweep").fields.find(({ key }) => key === "n");
  if (!field) throw new Error("no field n");
  expect(numberIn(field, " 12 ")).toBe(12);
  expect(numberIn(field, "")).toBeNull();
  for (const bad of ["0", "1.5", "-3", "many", "1e9"]) expect(numberIn(field, bad)).toBeUndefined();
});
