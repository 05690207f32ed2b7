/** `npm run bench [-- --shapes s,m --samples 8 --peers]`: milliseconds per (sample, tuple) of all one- and two-layer
 *  sweeps on random OLMo-2 checkpoints, as ratios within one run. `--peers` also runs peers.py with the Python named by
 *  PATCHBAY_PEERS_PYTHON, on the same checkpoint and prompts, and checks that logits agree. Writes results/DATE.json. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { setUpLibrary } from "../../jupyter-config/setup.mjs";
import { randomCheckpoint, SHAPES, samplesOf } from "./checkpoint.mjs";

const { values } = parseArgs({
  options: {
    shapes: { type: "string", default: "xs,s" },
    samples: { type: "string", default: "8" },
    peers: { type: "boolean", default: false },
    cells: { type: "string", default: "40" },
  },
});
await setUpLibrary();
const ROOT = resolve(import.meta.dirname, "../..");
const pb = createRequire(import.meta.url)(join(ROOT, "kernel-lib"));
const SCRATCH = join(ROOT, "test/.scratch/bench");
const RESULTS = join(import.meta.dirname, "results");

/** GFLOP/s of onnxruntime's product of 512 rows with the shape's MLP matrix, best of five. */
async function productRate(model) {
  const { dModel, dMlp } = model.config;
  const left = new Float32Array(512 * dModel).fill(0.01);
  const right = new Float32Array(dMlp * dModel).fill(0.01);
  let best = 0;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    await model.host.call("product", { left, right });
    best = Math.max(best, (2 * 512 * dMlp * dModel) / (performance.now() - started) / 1e6);
  }
  return best;
}

async function bench(shape) {
  const folder = randomCheckpoint(join(SCRATCH, shape), shape);
  const samples = samplesOf(shape, Number(values.samples));
  const model = await pb.load(folder, { host: "inline" });
  try {
    const rate = await productRate(model);
    const question = { samples, sizes: [1, 2] };
    const timed = async (options) => {
      const started = performance.now();
      const result = await pb.patchSweep(model, { ...question, ...options });
      return { result, ms: performance.now() - started };
    };
    await timed({});
    const planned = await timed({});
    const { flops } = pb.plan(model, question).cost;
    const cells = planned.result.n * planned.result.tuples.length;
    const row = {
      shape,
      cells,
      ms_per_cell: planned.ms / cells,
      gflops: flops / planned.ms / 1e6,
      product_gflops: rate,
      share_of_rate: flops / planned.ms / 1e6 / rate,
      rss_mb: process.memoryUsage().rss / 2 ** 20,
    };
    if (values.peers) row.peers = peers(shape, folder, samples, planned.result);
    return row;
  } finally {
    await model.close();
  }
}

/** Other programs on the same work; their logits are compared with ours, tuple by tuple. */
function peers(shape, folder, samples, result) {
  const python = process.env.PATCHBAY_PEERS_PYTHON;
  if (!python) throw new Error("--peers: set PATCHBAY_PEERS_PYTHON to a Python with torch, transformers and nnsight");
  const prompts = join(SCRATCH, `${shape}.json`);
  writeFileSync(prompts, JSON.stringify(samples));
  const script = join(import.meta.dirname, "peers.py");
  const { stdout, status } = spawnSync(python, [script, folder, prompts, "--cells", values.cells], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`peers.py ended with ${status}`);
  const found = JSON.parse(stdout.slice(stdout.indexOf("{")));
  const ours = result.data.values.logit;
  const [n, tuples] = [result.n, result.tuples.length];
  return Object.fromEntries(
    Object.entries(found.peers).map(([name, { error, ms_per_cell, logit }]) => {
      if (error) return [name, { error }];
      // The released loop patches another position; peers list tuples first, we list samples first.
      const differences = logit.map((value, c) => Math.abs(value - ours[(c % n) * tuples + Math.floor(c / n)]));
      const agrees = name === "released" ? null : Math.max(...differences);
      return [name, { ms_per_cell, max_logit_difference: agrees }];
    }),
  );
}

const machine = {
  cpu: cpus()[0].model,
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  onnxruntime: createRequire(import.meta.url)("onnxruntime-node/package.json").version,
};
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, Node ${machine.node}, onnxruntime ${machine.onnxruntime}`,
);
mkdirSync(SCRATCH, { recursive: true });
const rows = [];
for (const shape of values.shapes.split(",")) {
  if (!(shape in SHAPES)) throw new Error(`--shapes ${shape}: must be among ${Object.keys(SHAPES).join(", ")}`);
  const row = await bench(shape);
  rows.push(row);
  console.log(
    `${shape}: ${row.cells} cells, ${row.ms_per_cell.toFixed(3)} ms each, ${row.gflops.toFixed(0)} GFLOP/s of the plan's own work, ` +
      `${(100 * row.share_of_rate).toFixed(0)} % of onnxruntime's product rate`,
  );
  for (const [name, peer] of Object.entries(row.peers ?? {}))
    console.log(
      peer.error
        ? `  ${name}: ${peer.error}`
        : `  ${name}: ${peer.ms_per_cell.toFixed(2)} ms, ${(peer.ms_per_cell / row.ms_per_cell).toFixed(1)} x ours` +
            (peer.max_logit_difference === null ? "" : `, logits within ${peer.max_logit_difference.toExponential(1)}`),
    );
}
mkdirSync(RESULTS, { recursive: true });
const file = join(RESULTS, `${new Date().toISOString().slice(0, 10)}.json`);
writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
console.log(file);
rmSync(SCRATCH, { recursive: true, force: true });
