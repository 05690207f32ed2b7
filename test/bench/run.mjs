/** `npm run bench`: what Patchbay costs on this machine, each part in a process of its own, as one table and as JSON.
 *
 *      npm run bench -- [--only sweep,trace,first] [--shape demo,256x8] [--out FILE]
 *
 *  Parts (parts.mjs): `sweep`, `streaming`, `peers`, `trace`, `first`, `hover`, `widgets`. Shapes: `demo` and the random checkpoints
 *  of checkpoint.mjs. Rows are merged into results/DATE.json, so a long measurement can be made part by part; a row that
 *  is measured again replaces the old one. `--device` and `--precision` take sweeps and traces to a GPU. `peers`, and the
 *  plain walk of `trace`, need a Python with requirements.txt: `--python PATH` or PATCHBAY_PEERS_PYTHON. `--checkpoints
 *  FOLDER` keeps the random checkpoints. `--show` prints the table of what is there and measures nothing. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { setUpLibrary } from "../../jupyter-config/setup.mjs";
import { SHAPES } from "./checkpoint.mjs";
import { PARTS } from "./parts.mjs";
import { table } from "./table.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "sweep,trace,first" },
    shape: { type: "string", default: "demo,256x8" },
    samples: { type: "string", default: "8" },
    repeats: { type: "string", default: "5" },
    cells: { type: "string", default: "40" },
    peers: { type: "string" },
    paths: { type: "string", default: "10000" },
    "no-trie": { type: "boolean", default: false },
    memory: { type: "string", default: "2e9" },
    device: { type: "string", default: "cpu" },
    precision: { type: "string", default: "fp32" },
    python: { type: "string", default: process.env.PATCHBAY_PEERS_PYTHON ?? "" },
    checkpoints: { type: "string" },
    out: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const list = (name, known) => {
  const names = values[name].split(",");
  const wrong = names.find((one) => !known.includes(one));
  if (wrong === undefined) return names;
  process.stderr.write(`error: --${name} ${wrong}: must be among ${known.join(", ")}\n`);
  process.exit(2);
};
const only = list("only", Object.keys(PARTS));
const shapes = list("shape", ["demo", ...Object.keys(SHAPES)]);
const paths = values.paths.split(",").map(Number);

const machine = {
  cpu: cpus()[0].model,
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  onnxruntime: createRequire(join(ROOT, "kernel-lib/package.json"))("onnxruntime-node/package.json").version,
};
const out = resolve(
  values.out ?? join(import.meta.dirname, "results", `${new Date().toISOString().slice(0, 10)}.json`),
);
const results = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : { machine, rows: [] };
if (JSON.stringify(results.machine) !== JSON.stringify(machine) && !values.show) {
  process.stderr.write(
    `error: ${out}: was measured on another machine or with other versions (${Object.values(results.machine).join(", ")}). ` +
      "Give another --out FILE\n",
  );
  process.exit(2);
}

/** Adds a row, or replaces the one that measured the same, and writes the file at once. */
function keep(row) {
  const same = (other) =>
    ["part", "shape", "askedPaths", "device", "precision"].every((key) => other[key] === row[key]);
  results.rows = [...results.rows.filter((other) => !same(other)), row].sort(
    (a, b) => order(a) - order(b) || (a.askedPaths ?? 0) - (b.askedPaths ?? 0),
  );
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
}
const SHAPE_ORDER = ["demo", ...Object.keys(SHAPES)];
const order = ({ part, shape }) => 100 * Object.keys(PARTS).indexOf(part) + SHAPE_ORDER.indexOf(shape);

if (!values.show) {
  await setUpLibrary();
  const scratch = resolve(values.checkpoints ?? join(ROOT, "test/.scratch/bench"));
  mkdirSync(scratch, { recursive: true });
  const options = { ...values, scratch, root: ROOT };
  // Where this machine keeps its things is no part of the measurement.
  const args = process.argv
    .slice(2)
    .join(" ")
    .replaceAll(/--(python|checkpoints|out)[ =]\S+ ?/g, "");
  const command = `npm run bench -- ${args}`.trim();
  for (const part of only) {
    const { perShape, perPaths, run } = PARTS[part];
    for (const shape of perShape ? shapes : [null])
      for (const wanted of perPaths ? paths : [null]) {
        const load = loadavg()[0];
        const began = performance.now();
        const found = await run({ ...options, shape, paths: wanted });
        const tookSeconds = Math.round((performance.now() - began) / 1000);
        // A busy machine's numbers are told from a quiet one's by the load before.
        keep({ part, shape, ...found, command, at: new Date().toISOString(), loadBefore: load, tookSeconds });
        process.stderr.write(`${part}${shape ? ` ${shape}` : ""}: ${tookSeconds} s\n`);
      }
  }
  if (values.checkpoints === undefined) rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${table(results)}\n`);
if (!values.show) process.stdout.write(`\n${out}\n`);
