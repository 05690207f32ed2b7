/** Notebook files: read, run in a real kernel, compare with what is committed, write as Jupyter writes them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addOutput, ROOT, startKernel } from "./kernel-client.mjs";

export const NOTEBOOKS = join(ROOT, "notebooks");
export const VIEW_MIME = "application/vnd.patchbay.view.v1+json";
const CELL_MS = 600_000;

export const notebookNames = () =>
  readdirSync(NOTEBOOKS)
    .filter((name) => name.endsWith(".ipynb"))
    .sort();

export const readNotebook = (name) => JSON.parse(readFileSync(join(NOTEBOOKS, name), "utf8"));

const joined = (text) => (Array.isArray(text) ? text.join("") : text);

/** Code blocks that stand in a folded solution of an exercise. */
export function solutionsOf(name) {
  const folded = readNotebook(name)
    .cells.filter(({ cell_type }) => cell_type === "markdown")
    .flatMap(({ source }) => joined(source).match(/<details>[\s\S]*?<\/details>/g) ?? []);
  return folded.map((text) => (text.match(/```ts\n[\s\S]*?```/g) ?? []).map((block) => block.slice(6, -3)));
}

/** Runs all code cells in order, in one kernel, up to the first that fails; calls `ran` after each with its index and
 *  what it gave. Gives [{ reply, outputs }] of the cells that ran, with what came after a cell had ended. `after`: code
 *  that is run after the cells, as if it stood in further cells. */
export async function runNotebook(name, ran, after = []) {
  const kernel = await startKernel({ cwd: NOTEBOOKS });
  const outputsById = new Map();
  const displays = new Map();
  const results = [];
  kernel.on((message) => {
    const outputs = outputsById.get(message.parent);
    if (message.channel === "iopub" && outputs) addOutput(outputs, displays, message);
  });
  try {
    const { cells } = readNotebook(name);
    const further = after.map((source) => ({ cell_type: "code", source }));
    for (const [index, cell] of [...cells, ...further].entries()) {
      if (cell.cell_type !== "code") continue;
      const outputs = [];
      const request = { code: joined(cell.source), silent: false, store_history: true, allow_stdin: false };
      const sent = (id) => outputsById.set(id, outputs);
      const { reply } = await kernel.request("execute_request", request, { ms: CELL_MS, sent });
      results.push({ reply, outputs });
      ran?.(index, { reply, outputs });
      if (reply.status !== "ok") break;
    }
    // A cell waits for what runs that have ended still have to show, also those of the cells before it.
    await kernel.execute("0", { silent: true });
    return results;
  } finally {
    await kernel.stop();
  }
}

/** Text without what differs from run to run (times, speeds, memory), split into words and numbers. */
function steady(text) {
  const settled = joined(text)
    .replace(/\d[\d.,]*\s?(?:ms|s|min|MB|GB|GFLOP\/s)\b/g, "#")
    .trim();
  const number = /(?<![\w.])\d+(?:\.\d+)?(?![\w])/g;
  return { words: settled.replace(number, "0"), numbers: (settled.match(number) ?? []).map(Number) };
}

/** True when numbers agree as far as another processor's rounding allows; counts and layers must be equal. */
export const agree = (a, b) =>
  a.length === b.length &&
  a.every((x, i) =>
    Number.isInteger(x) && Number.isInteger(b[i]) ? x === b[i] : Math.abs(x - b[i]) <= 0.02 + 0.02 * Math.abs(x),
  );

/** Numbers in the text of an output. */
export const numbersOf = (output) => (output.output_type === "stream" ? steady(output.text).numbers : []);

/** What of an output must stay the same, as plain data. */
export function essence(output) {
  if (output.output_type === "stream") return { stream: output.name, text: steady(output.text).words };
  if (output.output_type === "error") return { error: output.ename };
  const view = output.data[VIEW_MIME];
  return {
    mimes: Object.keys(output.data).sort(),
    view: view && {
      kind: view.kind,
      state: view.state,
      title: view.title,
      n: view.n,
      x: view.x?.labels,
      y: view.y?.labels,
      metrics: view.metrics?.map(({ key }) => key),
    },
  };
}

/** Writes outputs into the notebook, in the form in which Jupyter saves it: keys sorted, text in lines. */
export function writeOutputs(name, results) {
  const notebook = readNotebook(name);
  const ran = results[Symbol.iterator]();
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    const { value } = ran.next();
    cell.execution_count = value.reply.execution_count;
    cell.outputs = value.outputs.map(onDisk);
    cell.metadata = {};
  }
  writeFileSync(join(NOTEBOOKS, name), `${JSON.stringify(sorted(notebook), null, 1)}\n`);
}

function onDisk(output) {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    mime.startsWith("text/") || mime === "image/svg+xml" ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
