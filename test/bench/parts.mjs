/** The parts of the benchmark: each starts its own process, on one shape's checkpoint and prompts. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomCheckpoint, SHAPES, samplesOf } from "./checkpoint.mjs";

export const PARTS = {
  /** Resident sweep of all one- and two-layer tuples. */
  sweep: { perShape: true, run: (options) => withoutCells(sweep(options, [])) },
  /** The same with a memory budget. */
  streaming: {
    perShape: true,
    run: (options) => withoutCells(sweep({ ...options, repeats: "0" }, ["--memory", String(Number(options.memory))])),
  },
  /** The same sweep by other programs, ours first. */
  peers: { perShape: true, run: peers },
  /** Path tracing, and a plain torch walk of some of the kept paths. */
  trace: { perShape: true, perPaths: true, run: trace },
  /** From import to the first cells of the quickstart. */
  first: { run: () => node("first.mjs", []) },
  /** Pointing at a large stored heatmap in JupyterLab. */
  hover: { run: () => node("hover.mjs", []) },
  /** The widgets at 2,080 cells, 10,000 points and 20,000 hops. */
  widgets: { run: () => node("widgets.mjs", []) },
};

/** A checkpoint's folder and a file of prompts. The largest shape is stored as BF16, as such models come. */
function inputs({ shape, samples, scratch, root }) {
  const folder =
    shape === "demo"
      ? join(root, "kernel-lib/demo/dpo")
      : randomCheckpoint(join(scratch, shape), shape, shape === "1b" ? "BF16" : "F32");
  const prompts = join(scratch, `${shape}-prompts.json`);
  const vocab = SHAPES[shape]?.vocab_size ?? JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).vocab_size;
  writeFileSync(prompts, JSON.stringify(samplesOf(vocab, Number(samples))));
  return { folder, prompts };
}

function sweep(options, more) {
  const { folder, prompts } = inputs(options);
  return node("sweep.mjs", [
    folder,
    prompts,
    "--repeats",
    options.repeats,
    "--device",
    options.device,
    "--precision",
    options.precision,
    ...more,
  ]);
}

function withoutCells({ logit: _logit, rank: _rank, ...row }) {
  return row;
}

function peers(options) {
  const { folder, prompts } = inputs(options);
  const ours = sweep(options, []);
  const chosen = options.peers === undefined ? [] : ["--peers", options.peers];
  const found = python(options, "peers.py", [folder, prompts, "--cells", options.cells, ...chosen]);
  // Once more: a neighbour that came or went in between shows as a difference between the two.
  const after = sweep(options, []);
  const mean = (ours.msPerCell + after.msPerCell) / 2;
  const compared = Object.entries(found.peers).map(([name, { error, logit, rank, ...peer }]) => {
    if (error) return [name, { error }];
    // Peers list tuples first, we list samples first; the released loop patches another position.
    const place = (cell) => (cell % ours.samples) * ours.tuples + Math.floor(cell / ours.samples);
    const difference = Math.max(...logit.map((value, cell) => Math.abs(value - ours.logit[place(cell)])));
    if (name !== "released" && !(difference < 1e-3)) throw new Error(`${name}: logits differ by ${difference}`);
    return [name, { ...peer, times: peer.msPerCell / mean, logitDifference: name === "released" ? null : difference }];
  });
  const { versions, threads } = found;
  const times = { msPerCell: mean, beforeMsPerCell: ours.msPerCell, afterMsPerCell: after.msPerCell };
  return { ...withoutCells(ours), ...times, versions, threads, peers: Object.fromEntries(compared) };
}

function trace(options) {
  const { folder, prompts } = inputs({ ...options, samples: "1" });
  const kept = join(options.scratch, `${options.shape}-kept.json`);
  const ours = node("trace.mjs", [
    folder,
    prompts,
    ...["--paths", String(options.paths), "--export", kept, "--device", options.device],
    ...(options["no-trie"] ? ["--no-trie"] : []),
  ]);
  const row = { askedPaths: options.paths, ...ours };
  if (!options.python || ours.kept === 0) return row;
  const walk = python(options, "trace_peer.py", [folder, kept]);
  if (!(walk.logitDifference < 1e-3)) throw new Error(`plain walk: logits differ by ${walk.logitDifference}`);
  return { ...row, walk: { ...walk, times: (walk.msPerPath * ours.paths) / 1000 / ours.met.seconds } };
}

const node = (script, args) => answerOf(process.execPath, [join(import.meta.dirname, script), ...args]);

function python({ python }, script, args) {
  if (!python)
    throw new Error(`${script} needs a Python with test/bench/requirements.txt: --python or PATCHBAY_PEERS_PYTHON`);
  return answerOf(python, [join(import.meta.dirname, script), ...args]);
}

/** The last line that a child prints is its answer. */
function answerOf(command, args) {
  const { stdout, status, signal, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ended with ${status ?? signal}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
