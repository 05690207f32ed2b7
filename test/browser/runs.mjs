/** Runs of the demo model that show one view of each kind of widget. */
export const LOAD = 'import * as pb from "patchbay"; const model = await pb.load("demo/dpo");';

/** A heatmap, a scatter, a path graph and a chart; each takes a second or two. */
export const RUNS = [
  'const a = pb.patchSweep(model, { task: "capital", sizes: [1], n: 4 }); pb.show(a); await a;',
  'const b = pb.geometry(model, { task: ["capital", "language"], rephrasings: 6, layers: [0, 2] }); pb.show(b); await b;',
  'const c = pb.pathTrace(model, { task: "capital", n: 1, maxRank: 10 }); pb.show(c); await c;',
  'const d = pb.accuracy(model, { task: "capital", n: 4 }); pb.show(d); await d;',
];

/** Called `slow`: all tuples of up to three layers, every forward on its own.
 *  @param times how many times over the task's samples are run; once takes some seconds */
export const longSweep = (times) => `
const { items, ...asked } = pb.task("category");
const slow = pb.patchSweep(model, {
  task: { ...asked, items: Array.from({ length: ${times} }, () => items).flat() }, sizes: [1, 2, 3], plan: "naive",
});
pb.show(slow);
await slow;`;

/** Goes on for minutes. */
export const LONG = longSweep(20);

/** One of each kind that goes on for long; a cell waits for its run, or is over while the run goes on. */
export const LONG_RUNS = [
  LONG,
  `const all = pb.taskNames("demo");
const b = pb.geometry(model, { task: all, rephrasings: 12, sites: ["resid_post", "attn_out", "mlp_out"] });
pb.show(b);`,
  `const c = pb.pathTrace(model, {
  task: { ...asked, items: Array.from({ length: 20 }, () => items).flat() }, topK: 1, maxRank: 10,
});
pb.show(c);
await c;`,
  `const d = pb.accuracy(model, { task: { ...asked, items: Array.from({ length: 300 }, () => items).flat() } });
pb.show(d);`,
];
