/** What a cell writes, gathered; test/kernel asks the same of a real kernel. */
import { expect, test } from "vitest";
import { CellOutput } from "../../kernel-lib/src/notebook/mends/cell-output";
import { readError } from "../../kernel-lib/src/notebook/mends/error-text";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function recorded({ silent = false } = {}) {
  const sent: string[] = [];
  const output = new CellOutput(
    (name, text) => sent.push(`${name}:${text}`),
    (bundle) => sent.push(`display:${String(bundle.data["text/plain"])}`),
    silent,
  );
  return { sent, output };
}

test("writes of one turn become one message for each run of one stream", async () => {
  const { sent, output } = recorded();
  for (const [name, text] of [
    ["stdout", "a"],
    ["stdout", "b"],
    ["stderr", "c"],
    ["stdout", "d"],
  ])
    output.write(name, text);
  expect(sent).toEqual([]);
  await nextTurn();
  expect(sent).toEqual(["stdout:ab", "stderr:c", "stdout:d"]);
});

test("a display goes after the text before it", () => {
  const { sent, output } = recorded();
  output.write("stdout", "before");
  output.display({ data: { "text/plain": "picture" }, metadata: {} }, false);
  expect(sent).toEqual(["stdout:before", "display:picture"]);
});

test("takeError() takes the last write and leaves what the cell wrote itself", async () => {
  const { sent, output } = recorded();
  output.write("stderr", "own words\n");
  output.write("stderr", "RangeError: boom\n    at cell:1:1\n");
  expect(output.takeError()).toBe("RangeError: boom\n    at cell:1:1\n");
  await nextTurn();
  expect(sent).toEqual(["stderr:own words\n"]);
});

test("takeError() takes all diagnostics of a cell that does not compile", () => {
  const { output } = recorded();
  output.write("stderr", "1:7 - Type 'string' is not assignable to type 'number'.\n");
  output.write("stderr", "2:1 - Cannot find name 'y'.\n");
  expect(output.takeError().split("\n")).toHaveLength(3);
});

test("takeError() finds the error also when much was written before it", () => {
  const { sent, output } = recorded();
  output.write("stdout", "x".repeat(100_000));
  output.write("stderr", "Error: late\n");
  expect(output.takeError()).toBe("Error: late\n");
  expect(sent).toHaveLength(1);
});

test("silent drops text and lets displays pass", async () => {
  const { sent, output } = recorded({ silent: true });
  output.write("stdout", "text");
  output.write("stderr", "text");
  output.display({ data: { "text/plain": "answer" }, metadata: {} }, false);
  await nextTurn();
  expect(sent).toEqual(["display:answer"]);
});

test.each([
  ["RangeError: boom\n    at evalmachine.<anonymous>:4:7\n", "RangeError", "boom"],
  [
    "evalmachine.<anonymous>:4\nthrow new RangeError('boom');\n^\n\nRangeError: boom\n    at x:4:7\n",
    "RangeError",
    "boom",
  ],
  ["TypeError [ERR_INVALID_ARG_TYPE]: The argument\n    at x:1:1\n", "TypeError", "The argument"],
  ["Custom: told so\n    at x:1:1\n", "Custom", "told so"],
  ["Uncaught Error\n", "Error", "Uncaught Error"],
  ["note: this is thrown text\n", "Error", "note: this is thrown text"],
  ["<anonymous_script>:1\n{\n\nSyntaxError: Expected a name\n    at JSON.parse\n", "SyntaxError", "Expected a name"],
  ["1:7 - Type 'string' is not assignable.\n", "TypeScriptError", "1:7 - Type 'string' is not assignable."],
])("readError(%j) is %s | %s", (printed, ename, evalue) => {
  expect(readError(printed)).toMatchObject({ ename, evalue });
});

test("readError() leaves out the frames that every cell has", () => {
  const printed = [
    "Error: x",
    "    at mine (/home/a/notebooks/lib.js:1:1)",
    "    at Script.runInThisContext (node:vm:129:12)",
    "    at Object.execute (/home/a/node_modules/tslab/dist/executor.js:160:38)",
  ].join("\n");
  expect(readError(printed).traceback).toEqual(printed.split("\n").slice(0, 2));
});
