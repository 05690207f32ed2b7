/** The results as one Markdown table, made of what the file holds and nothing else. */

export function table({ machine, rows }) {
  const head = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Node ${machine.node}, onnxruntime ${machine.onnxruntime}`;
  const lines = rows.flatMap((row) =>
    SHOWN[row.part](row).map(([what, measured, beside]) => `| ${what} | ${measured} | ${beside} |`),
  );
  return [head, "", "| what | measured | beside it |", "|---|---|---|", ...lines].join("\n");
}

const number = (value, digits = 3) =>
  value === null || value === undefined
    ? "-"
    : value >= 1000
      ? Math.round(value).toLocaleString("en")
      : String(Number(value.toPrecision(digits)));
const percent = (share) => `${Math.round(100 * share)} %`;
const load = ({ loadBefore }) => `load before ${number(loadBefore, 2)}`;

const sweepOf = (row, name) => [
  `${name} ${row.shape}: ${row.tuples} tuples x ${row.samples} samples, ${row.weights}, ${row.precision} on ${row.device}`,
  `${number(row.msPerCell)} ms per (sample, tuple), ${number(row.seconds)} s`,
  `${percent(row.shareOfProducts)} of the rate of the plan's own products (${number(row.productGflops)} GFLOP/s); ` +
    `longest stall ${number(row.stallMs)} ms; peak ${number(row.peakMb)} MB; ${load(row)}`,
];

/** One function per part: a row of results -> rows of the table. */
const SHOWN = {
  sweep: (row) => [sweepOf(row, "sweep")],
  streaming: (row) => [sweepOf(row, "sweep, memory budget")],
  peers: (row) => [
    sweepOf(row, "sweep beside peers"),
    [
      "- ours before and after them",
      `${number(row.beforeMsPerCell)} and ${number(row.afterMsPerCell)} ms`,
      "their mean is the measure",
    ],
    ...Object.entries(row.peers).map(([name, peer]) => [
      `- ${name}`,
      peer.error ? "-" : `${number(peer.msPerCell)} ms, ${number(peer.times)} x ours`,
      peer.error ??
        `${peer.cells} cells${peer.logitDifference === null ? "" : `; logits within ${peer.logitDifference.toExponential(0)}`}`,
    ]),
  ],
  trace: ({ met, trie, walk, ...row }) => [
    [
      `trace ${row.shape}: ${number(row.paths)} paths (${row.tokens} tokens, topK ${row.topK}), ${row.kept} kept, on ${row.device}`,
      `${number(met.seconds)} s, ${number(met.pathsPerSecond)} paths/s`,
      `${number(met.blockApplications)} block applications, ${percent(met.shareOfProducts)} of the products' rate; ` +
        `${met.meetAt === 0 ? "walked to the end" : `met after ${met.meetAt} layers`}; peak ${number(row.peakMb)} MB; ${load(row)}`,
    ],
    ...(trie
      ? [
          [
            "- batched trie in whole blocks",
            `${number(trie.seconds)} s, ${number(row.speedup)} x ours (${number(row.cpuSpeedup)} x the CPU time)`,
            `${number(trie.blockApplications)} block applications, ${percent(trie.shareOfMaps)} of their products' rate (${number(trie.productGflops)} GFLOP/s), ` +
              `${percent(trie.shareOfProducts)} with the rankings; same paths: ${row.same}`,
          ],
        ]
      : []),
    ...(walk
      ? [
          [
            "- plain torch walk",
            `${number(walk.msPerPath)} ms per path, ${number(walk.times)} x ours`,
            `timed on ${walk.paths} of the paths; logits within ${walk.logitDifference.toExponential(0)}`,
          ],
        ]
      : []),
  ],
  first: (row) => [
    [
      "`import` to the quickstart's first cells",
      `${number(row.firstCellsMs)} ms (import ${number(row.importMs)} ms)`,
      `all ${number(row.cells)} cells ${number(row.allCellsMs)} ms; peak ${number(row.peakMb)} MB; ${load(row)}`,
    ],
  ],
  hover: (row) => [
    [
      `pointing at ${number(row.cells)} cells`,
      `frame after ${number(row.frameMs.median)} ms (95 %: ${number(row.frameMs.p95)} ms)`,
      `handling ${number(row.handlingMs.median)} ms (95 %: ${number(row.handlingMs.p95)} ms); page's heap ${number(row.pageHeapMb)} MB; ${load(row)}`,
    ],
  ],
  widgets: ({ widgets, ...row }) =>
    Object.entries(widgets).map(([kind, { holds, firstPaintMs, frameMs, heapMb }]) => [
      `${kind} of ${holds}`,
      `first painting ${number(firstPaintMs.median)} ms, frame under the pointer ${number(frameMs.median)} ms (95 %: ${number(frameMs.p95)} ms)`,
      `heap ${number(heapMb.after)} MB, ${number(heapMb.growth, 2)} MB more after ${heapMb.renders} re-renderings; ${load(row)}`,
    ]),
};
