/** Small results of real runs on a demo model, for pages and documents: each kind that has a view. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const pb = require("patchbay");
const { viewsOf } = require("patchbay/view");

/** Runs each kind once, on few samples.
 *  @returns results by name */
export async function smallResults() {
  const model = await pb.load("demo/dpo");
  try {
    return {
      sweep: await pb.patchSweep(model, { task: "capital", sizes: [1, 2], n: 8 }),
      trace: await pb.pathTrace(model, { task: "capital", n: 2, maxRank: 30 }),
      grid: await pb.patchGrid(model, { task: "capital", n: 4 }),
      geometry: await pb.geometry(model, { task: ["capital", "language"], rephrasings: 12, layers: [0, 2, 4] }),
      accuracy: await pb.accuracy(model, { task: "capital", n: 4 }),
    };
  } finally {
    await model.close();
  }
}

/** The first view of each result. */
export const viewsOfAll = (results) =>
  Object.fromEntries(Object.entries(results).map(([name, result]) => [name, viewsOf(result).view({ id: name })]));

export const resultText = (result) => pb.serializeAny(result);
export { pb };
