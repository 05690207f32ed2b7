/** What a cell that does not compile is told; test/kernel asks the same of a real kernel. */
import { expect, test } from "vitest";
import { explained } from "../../kernel-lib/src/notebook/mends/wrong-cell";

const nothing = () => [];

test("a complaint stands above its line and an arrow below its place", () => {
  const code = 'const a = 1;\nconst b: number = "x";';
  expect(explained(["2:7 - Type 'string' is not assignable to type 'number'."], code, nothing)).toEqual([
    "2:7 - Type 'string' is not assignable to type 'number'.",
    '    const b: number = "x";',
    "          ^",
    "",
    "Nothing of this cell was run.",
  ]);
});

test("several reasons at one place share one line of code", () => {
  const lines = explained(["1:3 - First.", "1:3 - Because.", "1:9 - Second."], "call(m, other)", nothing);
  expect(lines.filter((line) => line.includes("call("))).toHaveLength(2);
  expect(lines.slice(0, 3)).toEqual(["1:3 - First.", "1:3 - Because.", "    call(m, other)"]);
});

test.each([
  ["1:1 - Cannot find name 'pb'.", 'pb.load("x")', 'import * as pb from "patchbay"'],
  ["1:5 - Cannot find name 'ids'.", "show(ids)", "Run the cell that declares ids"],
  ["1:1 - Cannot find name 'model2'. Did you mean 'model'?", "model2 = await x", "const model2 = ..."],
  ["1:1 - Cannot find name 'print'.", "print(x)", "console.log"],
  ["1:1 - Circular definition of import alias 'patchbay'.", "import patchbay as pb", "import * as pb"],
  ["1:1 - Invalid character.", "# a comment", "//"],
  ["1:7 - Property 'config' does not exist on type 'Promise<Model>'.", "model.config", "`await`"],
  ["1:1 - Argument of type 'Promise<Model>' is not assignable to parameter of type 'Model'.", "m", "`await`"],
  ["1:5 - Property 'best' does not exist on type 'PatchRun'.", "run.best()", "await run"],
])("%s in %s is answered with %s", (printed, code, words) => {
  expect(explained([printed], code, nothing).join("\n")).toContain(words);
});

test("a promise that is asked for is no promise too many", () => {
  const printed = "1:1 - Argument of type 'string' is not assignable to parameter of type 'Promise<Model>'.";
  expect(explained([printed], "m", nothing).join("\n")).not.toContain("`await`");
});

test("where TypeScript suggests a name itself nothing is added", () => {
  const printed = "1:1 - Cannot find name 'consol'. Did you mean 'console'?";
  expect(explained([printed], "consol.log(1)", nothing)).toHaveLength(5);
});

test.each([
  ["1:6 - Argument of type '\"rr\"' is not assignable to parameter of type 'Metric'.", 'best("rr")', 'best("'],
  ["1:3 - Type '\"resid\"' is not assignable to type 'Site'.", '{ site: "resid" }', '{ site: "'],
])("%s lists what can stand inside the quotes", (printed, code, upTo) => {
  let asked = "";
  const lines = explained([printed], code, (text, at) => {
    asked = text.slice(0, at);
    return ["kl", "rank"];
  });
  expect(asked).toBe(upTo);
  expect(lines).toContain('    Here can stand "kl", "rank".');
});

test("an unknown option and an unknown property list the known ones", () => {
  const option =
    "2:3 - Object literal may only specify known properties, and 'layers' does not exist in type 'Options'.";
  const asked: [string, number][] = [];
  const possible = (text: string, at: number) => {
    asked.push([text, at]);
    return ["n", "seed"];
  };
  const code = "run({\n  layers: [1] })";
  expect(explained([option], code, possible)).toContain("    What can be said here: n, seed.");
  const property = "1:9 - Property 'logits' does not exist on type 'Forward'.";
  expect(explained([property], "const { logits } = f", possible)).toContain("    Forward has n, seed.");
  expect(asked).toEqual([
    ["run({\n  ", 8],
    ["const {  } = f", 8],
  ]);
});

test("of a line of Python the first complaint is shown", () => {
  const printed = ["1:1 - Circular definition.", "1:17 - '=' expected.", "2:1 - Cannot find name 'zz'."];
  const text = explained(printed, "import patchbay as pb\nzz", nothing).join("\n");
  expect(text).not.toContain("expected");
  expect(text).toContain("declares zz");
});

test("a long line is shown around its place", () => {
  const code = `${"x".repeat(500)}.nope`;
  const [, shown, arrow] = explained(["1:502 - Property 'nope' does not exist on type 'string'."], code, nothing);
  expect(shown.length).toBeLessThan(130);
  expect(shown.slice(arrow.indexOf("^"))).toBe("nope");
});

test("complaints about another file, and places that the cell has not, keep their words", () => {
  expect(explained(["helper.ts 3:1 - Broken."], "x", nothing)[0]).toBe("helper.ts 3:1 - Broken.");
  expect(explained(["9:1 - Expression expected."], "a +", nothing)[0]).toBe("9:1 - Expression expected.");
});
