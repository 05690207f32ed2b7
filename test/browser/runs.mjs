/** Runs of the demo model that show one view of each kind of widget, and notebooks of them. */
const code = (source) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });

export const LOAD = 'import * as pb from "patchbay"; const model = await pb.load("demo/dpo");';

/** A heatmap, a scatter, a path graph and a chart; each takes a second or two. */
export const RUNS = [
  'const a = pb.patchSweep(model, { task: "capital", sizes: [1], n: 4 }); pb.show(a); await a;',
  'const b = pb.geometry(model, { task: ["capital", "language"], rephrasings: 6, layers: [0, 2] }); pb.show(b); await b;',
  'const c = pb.pathTrace(model, { task: "capital", n: 1, maxRank: 10 }); pb.show(c); await c;',
  'const d = pb.accuracy(model, { task: "capital", n: 4 }); pb.show(d); await d;',
];

/** A notebook for the Patchbay kernel that has not been run. */
export const liveNotebook = (...cells) => ({
  cells: cells.map(code),
  metadata: { kernelspec: { name: "patchbay", display_name: "TypeScript (Patchbay)", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 5,
});
