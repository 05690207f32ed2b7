/** A sweep in a notebook: shown live, watched, cancelled, resumed and exported by a widget, interrupted by the kernel. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ROOT, startKernel } from "../support/kernel-client.mjs";
import { VIEW_MIME } from "../support/notebooks.mjs";

/** Runs long enough to be stopped: every forward on its own, all tuples of up to three layers. */
const LONG = 'pb.patchSweep(model, { task: "category", sizes: [1, 2, 3], plan: "naive" })';

describe("a sweep in a notebook", () => {
  let kernel;
  before(async () => {
    kernel = await startKernel({ cwd: join(ROOT, "notebooks") });
    const { reply } = await kernel.execute('import * as pb from "patchbay"; const model = await pb.load("demo/dpo");');
    assert.equal(reply.status, "ok", reply.evalue);
  });
  after(() => kernel.stop());

  /** Starts a cell; gives its end, its display as it comes, and a comm that watches the display. */
  async function watched(code) {
    const cell = kernel.execute(code);
    const first = await kernel.message(({ type }) => type === "display_data", "display");
    const view = first.content.data[VIEW_MIME];
    const comm = kernel.comm("patchbay.rpc.v1");
    const { result } = await comm.call({ op: "hello", views: [view.id, "view-of-an-earlier-kernel"] });
    assert.deepEqual(result.live, [view.id]);
    const pushed = (wanted, what) =>
      kernel
        .message(
          ({ type, content }) =>
            type === "comm_msg" && content.comm_id === comm.id && content.data.push && wanted(content.data.view),
          what,
        )
        .then(({ content }) => content.data.view);
    return { cell, first, view, comm, pushed };
  }

  const halfWay = ({ state, run }) => state === "partial" && run.done > 0 && run.done < run.total;

  test("a run is shown at once, filled in by pushes, and ends as view, picture and text", async () => {
    const { cell, first, view, comm, pushed } = await watched(
      'const run = pb.patchSweep(model, { task: "category", sizes: [1, 2] }); pb.show(run); const result = await run;',
    );
    assert.equal(view.state, "loading");
    assert.ok(first.content.data["text/plain"].includes("·"));
    const done = await pushed(({ state, hashes }) => state === "done" && hashes.result !== "", "the whole view");
    assert.equal(done.id, view.id);
    assert.equal(done.run, null);
    const { reply, outputs } = await cell;
    assert.equal(reply.status, "ok");
    const [{ data, metadata }] = outputs;
    assert.deepEqual(Object.keys(data).sort(), [VIEW_MIME, "image/png", "text/plain"].sort());
    assert.equal(data[VIEW_MIME].state, "done");
    assert.ok(metadata["image/png"].alt.startsWith("Patch sweep: category, heatmap, 36 cells, largest layer"));
    comm.close();
  });

  test("a widget cancels a run: the cell gets the part that is done, and the widget goes on with it", async () => {
    const { cell, comm, pushed } = await watched(
      `const long = ${LONG}; pb.show(long); const part = await long; console.log(part.state);`,
    );
    const { run } = await pushed(halfWay, "a view that is half full");
    assert.equal((await comm.call({ op: "cancel", run: run.id })).ok, true);
    const { reply, outputs } = await cell;
    assert.equal(reply.status, "ok");
    assert.deepEqual(outputs.at(-1), { output_type: "stream", name: "stdout", text: "stopped\n" });
    const shown = outputs[0].data[VIEW_MIME];
    assert.equal(shown.state, "stopped");
    assert.ok(shown.run.done > 0 && shown.run.done < shown.run.total);

    const further = pushed(
      ({ state, run: now }) => state === "partial" && now.done > shown.run.done,
      "more than before",
    );
    assert.equal((await comm.call({ op: "resume", run: run.id })).ok, true);
    await further;
    await comm.call({ op: "cancel", run: run.id });
    await pushed(({ state }) => state === "stopped", "stopped again");
    comm.close();
  });

  test("the kernel's interrupt gives the awaiting cell the part that is done; names stay known", async () => {
    const { cell, comm, pushed } = await watched(`const cut = ${LONG}; pb.show(cut); const half = await cut;`);
    await pushed(halfWay, "a view that is half full");
    kernel.interrupt();
    const { reply, outputs } = await cell;
    assert.equal(reply.status, "ok");
    assert.equal(outputs[0].data[VIEW_MIME].state, "stopped");
    const next = await kernel.execute("console.log(half.state, half.best().n > 0)");
    assert.equal(next.outputs[0].text, "stopped true\n");
    comm.close();
  });

  test("an interrupt stops a run in the background and fails the cell that waits for something else", async () => {
    const { cell, comm, pushed } = await watched(`const back = ${LONG}; pb.show(back); await new Promise(() => {});`);
    await pushed(halfWay, "a view that is half full");
    const stopped = pushed(({ state }) => state === "stopped", "stopped");
    kernel.interrupt();
    const { reply } = await cell;
    assert.equal(reply.status, "error");
    await stopped;
    await kernel.takesCells();
    comm.close();
  });

  test("a geometry answers while it fits, and a widget stops it in the middle", async () => {
    const { cell, view, comm, pushed } = await watched(
      'const places = pb.geometry(model, { task: "demo", sites: ["resid_post", "mlp_out"] }); pb.show(places); const told = await places;',
    );
    const { run } = await pushed(halfWay, "a view of some places");
    // Places are fitted one after another from here on, and each takes a while.
    const { result } = await comm.call({ op: "hello", views: [view.id] });
    assert.deepEqual(result.live, [view.id]);
    assert.equal((await comm.call({ op: "cancel", run: run.id })).ok, true);
    const { reply } = await cell;
    assert.equal(reply.status, "ok");
    const { outputs } = await kernel.execute("console.log(told.state, told.finished < 16, pb.figure(told))");
    assert.match(outputs[0].text, /^stopped true a figure, Geometry: demo: see it by pb.show/);
    comm.close();
  });

  test("exports come from the view that is shown, in the metric that is asked for", async () => {
    const { cell, view, comm } = await watched("pb.show(result)");
    await cell;
    const get = async (format, metric) => (await comm.call({ op: "export", view: view.id, format, metric })).result;
    const pdf = await get("pdf", "logit_diff_target");
    assert.equal(pdf.mime, "application/pdf");
    assert.equal(Buffer.from(pdf.base64, "base64").subarray(0, 5).toString(), "%PDF-");
    assert.equal(pdf.name, "patch-sweep-category.pdf");
    assert.ok((await get("svg")).text.startsWith("<svg"));
    assert.match((await get("latex", "rr_diff_target")).text, /\\begin\{tabular\}/);
    const csv = (await get("csv", "rr_diff_target")).text.trim().split("\n");
    assert.equal(csv.length, 1 + 36);
    assert.equal((await comm.call({ op: "export", view: view.id, format: "doc" })).ok, false);
    assert.equal((await comm.call({ op: "export", view: view.id, format: "svg", metric: "none" })).ok, false);
    comm.close();
  });

  test("what is selected in a widget can be read in the next cell", async () => {
    const { cell, view, comm } = await watched("pb.show(result)");
    await cell;
    await comm.call({ op: "select", view: view.id, selection: { selected: [{ x: "0", y: "2" }], pinned: [] } });
    const { outputs } = await kernel.execute("console.log(JSON.stringify(pb.selection()))");
    assert.deepEqual(JSON.parse(outputs[0].text), {
      view: view.id,
      selection: { selected: [{ x: "0", y: "2" }], pinned: [] },
    });
    comm.close();
  });

  test("an error of Patchbay's is one red paragraph without a stack", async () => {
    const { reply, outputs } = await kernel.execute('pb.patchSweep(model, { task: "capitol" })');
    assert.equal(reply.status, "error");
    const [{ ename, evalue, traceback }] = outputs;
    assert.equal(ename, "SpecError");
    assert.match(evalue, /must be one of antonym, /);
    assert.equal(traceback.length, 1);
  });
});
