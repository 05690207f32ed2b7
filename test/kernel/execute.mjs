/** Runs notebooks in a real kernel: `node test/kernel/execute.mjs [--write] [quickstart.ipynb ...]`.
 *  --write puts what they gave into the files. Ends with 1 when a cell fails. */
import { notebookNames, runNotebook, writeOutputs } from "../support/notebooks.mjs";

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith("--"));
let failed = false;
for (const name of named.length > 0 ? named : notebookNames()) {
  const started = Date.now();
  const results = await runNotebook(name, (index, { reply, outputs }) => {
    const what = outputs.map(({ output_type }) => output_type).join(", ") || "no output";
    console.log(`${name} cell ${index + 1}: ${reply.status} (${what})`);
    if (reply.status !== "ok") console.log(reply.traceback?.join("\n"));
  });
  const ok = results.every(({ reply }) => reply.status === "ok");
  failed ||= !ok;
  if (ok && args.includes("--write")) writeOutputs(name, results);
  console.log(`${name}: ${ok ? "ran" : "FAILED"} in ${Math.round((Date.now() - started) / 1000)} s`);
}
process.exit(failed ? 1 : 0);
