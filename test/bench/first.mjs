/** From `import` to the first cells of the quickstart's sweep, in a fresh process. Prints one JSON object. */
const began = performance.now();
const { answer, built, peakMegabytes } = await import("./rate.mjs");
const pb = built("index.js");
const importMs = performance.now() - began;
const model = await pb.load("demo/dpo");
const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2] });
let firstCellsMs = null;
for await (const { data } of run) {
  if (firstCellsMs === null && data.values.logit.some(Number.isFinite)) firstCellsMs = performance.now() - began;
}
const allCellsMs = performance.now() - began;
answer({ importMs, firstCellsMs, allCellsMs, cells: run.progress.total, peakMb: peakMegabytes() });
await model.close();
