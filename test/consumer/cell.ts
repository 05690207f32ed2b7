/** What a notebook cell sees of `patchbay`: compiled by tslab's own TypeScript 5.0.4 against the public types, with every
 *  declaration file checked. The README's first patch, line by line. */
import * as pb from "patchbay";

export async function firstPatch(): Promise<void> {
  const model = await pb.load("demo/dpo");
  const task = pb.task("capital");
  const run = pb.patchSweep(model, { task, sizes: [1, 2] });
  pb.show(run);
  const result = await run;
  const best = result.best("rr_diff_target");
  const layers: readonly number[] | undefined = best?.layers;
  await pb.save(pb.figure(result), "capital.pdf", { width: "single-column" });
  const table = await result.toDataFrame("summary");
  const json: { kind: "patch-sweep" } = pb.spec(run);
  console.log(layers, table.shape, json);

  const { cache } = await model.forward([1, 2, 3], { capture: ["blocks.*.hook_resid_post", pb.resid(3)] });
  for (const [name, { dims, data }] of cache) console.log(name, dims, data.length);

  const trace = await pb.pathTrace(model, { task: "capital", n: 2, sources: "instruction-end", maxRank: 10 });
  console.log(trace.table("counts").rows);

  const grid = await pb.patchGrid(model, { task, against: "language", by: "head", n: 2 });
  const { row, column, mean } = grid.best("rr_diff");
  const vector = await pb.instructionVector(model, { task, layer: 2 });
  const steered = await pb.steer(model, { task, vector, coefficients: [0, 1], layers: [2], maxNewTokens: 2, n: 2 });
  const crossed = pb.crossTask(model, { tasks: ["capital", "language"], n: 2 });
  for await (const partial of crossed) console.log(partial.finished);
  pb.show([grid, grid], { metric: "kl" });
  console.log(row, column, mean, vector.norm, steered.table("outputs").rows, crossed.progress.done);

  const answered = pb.accuracy(model, { task, n: 2, match: "lenient" });
  pb.show(answered);
  const accuracies = [await answered, await pb.accuracy(model, { task, n: 2, rephrasing: 1 })];
  const compared = pb.compare(accuracies, { names: ["plain", "rephrased"] });
  pb.show(accuracies);
  console.log(accuracies[0].rate("exact_match").ci, compared.table().rows, (await compared.toDataFrame()).shape);
  await pb.save(pb.figure(pb.comparisonChart(compared)), "differences.pdf");

  const traces = [trace, await pb.pathTrace(model, { task: "capital", n: 2, topK: 2, sources: "instruction-end" })];
  const across = pb.headsAcross(traces, { at: { offset: 0 }, resamples: 100 });
  console.log(across.table("spearman").rows, pb.pathsByToken(trace)[0].share, pb.pathsByClassTable(traces).rows);
  const printed = pb.paperTable("table9", [result]);
  console.log(pb.tableToLatex(printed, { caption: printed.caption }), printed.beside?.columns);
  pb.show(pb.paperFigure("fig2", [result], { resamples: 100 }));
  const items: readonly pb.PaperItem[] = pb.paperItems([result]);
  const made = await pb.reproduce({ models: ["demo/dpo"], out: "paper", n: 2 });
  console.log(items.length, made.written, made.report);

  const places = pb.geometry(model, { task: "adjectives", rephrasings: 20, sites: ["resid_post"], layers: [2] });
  pb.show(places);
  const geometry = await places;
  const scores: readonly [number, number] | undefined = geometry.accuracy({ layer: 2 })?.probe.ci;
  console.log(
    scores,
    geometry.at({ layer: 2 }).lda?.coordinates.length,
    (await geometry.toDataFrame("separation")).shape,
  );
  const lens = await pb.logitLens(model, "Country: France. Answer:", { answer: " Paris", site: "resid_post" });
  console.log(lens.best("rr").row, lens.table("outputs").rows, pb.spec(places).kind);
  await model.close();
}
