/** The mended kernel, asked as JupyterLab asks it: over its sockets, in a process of its own. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PATCHBAY, ROOT, STOCK_TSLAB, startKernel } from "../support/kernel-client.mjs";

const TARGET = "patchbay.rpc.v1";

/** Text of a cell's stdout (or stderr). */
const text = (outputs, name = "stdout") =>
  outputs
    .filter((output) => output.output_type === "stream" && output.name === name)
    .map((output) => output.text)
    .join("");

/** What takes longer on a busy machine will not come. */
const PATIENCE = 60_000;

/** Asks until the answer is yes, for a while. */
async function until(ask, what) {
  const end = Date.now() + PATIENCE;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(20);
  }
}

let gates = 0;
/** Code of a cell that goes on until it is let go, so that what is asked meanwhile has all the time that it takes. */
function gate() {
  const file = join(tmpdir(), `patchbay-gate-${process.pid}-${gates++}`);
  return {
    code: `while (!require("fs").existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 20));`,
    open: () => writeFileSync(file, ""),
    remove: () => rmSync(file, { force: true }),
  };
}

/** Runs a cell that must fail, waits until the next may be sent, and gives its one error output. */
async function failing(kernel, code) {
  const { reply, outputs } = await kernel.execute(code);
  await kernel.takesCells();
  assert.equal(reply.status, "error");
  const errors = outputs.filter(({ output_type }) => output_type === "error");
  assert.equal(errors.length, 1);
  assert.equal(reply.ename, errors[0].ename);
  return { error: errors[0], outputs };
}

describe("the kernel", () => {
  let kernel;
  before(async () => {
    kernel = await startKernel({ cwd: join(ROOT, "notebooks") });
  });
  after(() => kernel.stop());

  test("passes its self-test: it starts without a word", () => {
    assert.equal(kernel.stderr, "");
  });

  test("says which language it speaks", async () => {
    const { reply } = await kernel.request("kernel_info_request", {});
    assert.equal(reply.language_info.name, "typescript");
  });

  test("imports patchbay with types in notebooks/", async () => {
    const { reply, outputs } = await kernel.execute('import * as pb from "patchbay"; console.log(typeof pb.show)');
    assert.equal(reply.status, "ok", JSON.stringify(outputs));
    assert.equal(text(outputs), "function\n");
    const { error } = await failing(kernel, "const count: number = pb.show");
    assert.equal(error.ename, "TypeScriptError");
  });

  test("a type error stops the cell before anything runs", async () => {
    const { error, outputs } = await failing(kernel, 'console.log("ran"); const x: number = "text";');
    assert.match(error.evalue, /^1:27 - Type 'string' is not assignable/);
    assert.equal(text(outputs), "");
  });

  test("a cell that does not compile is shown its line, and what could stand there", async () => {
    await kernel.execute('import * as pb from "patchbay"; const { n } = { n: 1 };');
    const { error } = await failing(
      kernel,
      'const f = (model: pb.Model) =>\n  pb.patchSweep(model, { site: "resid" });',
    );
    assert.match(error.evalue, /^2:26 - /);
    assert.deepEqual(error.traceback.slice(1), [
      '      pb.patchSweep(model, { site: "resid" });',
      `${" ".repeat(29)}^`,
      '    Here can stand "attn_out", "mlp_out", "resid_post".',
      "",
      "Nothing of this cell was run.",
    ]);
    const waiting = await failing(kernel, 'const m = pb.load("demo/dpo");\nm.config;');
    assert.match(waiting.error.traceback.join("\n"), /write `await`/);
  });

  test("a name's help has its docstring, with what it throws and an example that can be pasted", async () => {
    await kernel.execute('import * as pb from "patchbay";');
    const help = async (code) =>
      (await kernel.request("inspect_request", { code, cursor_pos: code.length, detail_level: 0 })).reply.data[
        "text/plain"
      ];
    assert.match(
      await help("pb.patchSweep"),
      /Starts a sweep:.*\n\nThrows SpecError .*\n\nExample:\n {2}const run = pb\.patchSweep\(model, /s,
    );
    assert.match(await help("pb.task"), /Example:\n {2}pb\.task\("capital"\)\n {2}pb\.task\(/);
  });

  test("an exception becomes one error message, and what was printed before stays", async () => {
    const code = 'console.log("out"); console.error("own words"); throw new RangeError("boom")';
    const { error, outputs } = await failing(kernel, code);
    assert.deepEqual([error.ename, error.evalue], ["RangeError", "boom"]);
    assert.equal(error.traceback[0], "RangeError: boom");
    assert.equal(text(outputs), "out\n");
    assert.equal(text(outputs, "stderr"), "own words\n");
  });

  test("a rejected await becomes an error message too", async () => {
    const { error } = await failing(kernel, 'await Promise.reject(new TypeError("no"))');
    assert.deepEqual([error.ename, error.evalue], ["TypeError", "no"]);
  });

  test("{ name } of an earlier cell's variable works, in objects, calls and destructuring", async () => {
    await kernel.execute("const left = 1; let right = 2;");
    const code =
      "const both = { left, right, sum: ((left) => ({ left }))(5) }; ({ right } = { right: 7 }); console.log(JSON.stringify(both), right)";
    const { reply, outputs } = await kernel.execute(code);
    assert.equal(reply.status, "ok", JSON.stringify(outputs));
    assert.equal(text(outputs), '{"left":1,"right":2,"sum":{"left":5}} 7\n');
  });

  test("20,000 lines arrive, in order, in few messages", async () => {
    const { published, outputs } = await kernel.execute("for (let i = 0; i < 20_000; i++) console.log(i)");
    assert.equal(text(outputs), Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(""));
    assert.ok(published.length < 200, `${published.length} messages`);
  });

  test("2,000 displays arrive: more than zeromq takes at once", async () => {
    const code = 'import * as tslab from "tslab"; for (let i = 0; i < 2_000; i++) tslab.display.text(String(i))';
    const { outputs } = await kernel.execute(code);
    assert.equal(outputs.length, 2_000);
  });

  test("text and displays keep their order", async () => {
    const code = 'console.log("a"); tslab.display.text("b"); console.log("c")';
    const { outputs } = await kernel.execute(code);
    assert.deepEqual(
      outputs.map((output) => output.text ?? output.data["text/plain"]),
      ["a\n", "b", "c\n"],
    );
  });

  test("silent: no output, no number", async () => {
    const { reply: first } = await kernel.execute("1");
    const { reply, outputs } = await kernel.execute('console.log("hidden"); 2', { silent: true });
    assert.equal(reply.status, "ok");
    assert.deepEqual(outputs, []);
    const { reply: next } = await kernel.execute("3");
    assert.equal(next.execution_count, first.execution_count + 1);
  });

  test("a cell says its number when it begins", async () => {
    const { reply, published } = await kernel.execute("4");
    assert.equal(published[0].type, "execute_input");
    assert.deepEqual(published[0].content, { code: "4", execution_count: reply.execution_count });
  });

  test("a failed cell aborts those that wait, and the next one runs", async () => {
    const all = [kernel.execute('throw new Error("first")'), kernel.execute('console.log("waited")')];
    const [failed, waited] = await Promise.all(all);
    assert.deepEqual([failed.reply.status, waited.reply.status], ["error", "aborted"]);
    await kernel.takesCells();
    assert.equal((await kernel.execute("5")).reply.status, "ok");
  });

  test("answers history and comm_info instead of complaining in the last cell", async () => {
    const history = await kernel.request("history_request", { hist_access_type: "tail", n: 10 });
    assert.deepEqual([history.replyType, history.reply.history], ["history_reply", []]);
    const comm = kernel.comm(TARGET);
    await comm.call({ op: "ping" });
    const info = await kernel.request("comm_info_request", { target_name: TARGET });
    assert.equal(info.replyType, "comm_info_reply");
    assert.deepEqual(info.reply.comms[comm.id], { target_name: TARGET });
    comm.close();
  });

  test("a request without the kernel's signature is dropped", async () => {
    const seen = [];
    const end = kernel.on(({ type, content }) => seen.push([type, content]));
    kernel.send("execute_request", { code: 'console.log("forged")', silent: false }, { key: "not the key" });
    await kernel.execute("6");
    end();
    assert.ok(!JSON.stringify(seen).includes("forged"));
  });

  test("comms: an unknown target is closed, a bad request is answered with an error", async () => {
    const unknown = kernel.comm("nobody");
    await kernel.message(({ type, content }) => type === "comm_close" && content.comm_id === unknown.id, "comm_close");
    const comm = kernel.comm(TARGET);
    for (const request of [
      { op: "dance" },
      { op: "hello" },
      { op: "cancel", run: "none" },
      { op: "export", view: 1 },
    ]) {
      const answer = await comm.call(request);
      assert.equal(answer.ok, false, JSON.stringify(request));
      assert.ok(answer.error.message.length > 10);
    }
    comm.close();
  });

  test("comms answer while a cell runs, and the kernel is still said to be busy", async () => {
    const comm = kernel.comm(TARGET);
    await comm.call({ op: "ping" });
    const { code, open, remove } = gate();
    const cell = kernel.execute(code);
    await kernel.message(({ type }) => type === "execute_input");
    const order = [];
    cell.then(() => order.push("cell"));
    await comm.call({ op: "ping" });
    order.push("ping");
    const { published } = await kernel.request("complete_request", { code: "Mat", cursor_pos: 3 });
    assert.deepEqual(published, []);
    open();
    await cell;
    remove();
    assert.deepEqual(order, ["ping", "cell"]);
    comm.close();
  });

  test("another request in a running cell ends with busy, not idle", async () => {
    const { code, open, remove } = gate();
    const cell = kernel.execute(code);
    const { parent } = await kernel.message(({ type }) => type === "execute_input");
    const busyAgain = kernel.message(
      ({ type, content, parent: of }) => type === "status" && content.execution_state === "busy" && of === parent,
      "busy of the cell",
    );
    await kernel.request("complete_request", { code: "Mat", cursor_pos: 3 });
    await busyAgain;
    open();
    await cell;
    remove();
  });

  test("an endless loop can be interrupted, and the kernel lives", async () => {
    // A loop says nothing; that it goes round, a file does.
    const file = join(tmpdir(), `patchbay-loop-${process.pid}`);
    const cell = kernel.execute(`require("fs").writeFileSync(${JSON.stringify(file)}, ""); while (true) {}`);
    await until(() => existsSync(file), "the loop's file");
    rmSync(file);
    kernel.interrupt();
    const { reply } = await cell;
    assert.equal(reply.status, "error");
    await kernel.takesCells();
    assert.equal(text((await kernel.execute("console.log(7)")).outputs), "7\n");
  });

  test("an interrupt ends a cell that waits for something that cannot stop by itself", async () => {
    const cell = kernel.execute('console.log("waiting"); await new Promise(() => {})');
    await kernel.message(({ type, content }) => type === "stream" && content.text === "waiting\n");
    kernel.interrupt();
    const { reply } = await cell;
    assert.equal(reply.evalue, "Interrupted asynchronously");
    await kernel.takesCells();
    assert.equal((await kernel.execute("8")).reply.status, "ok");
  });
});

describe("a kernel that was just started", () => {
  test("says idle by itself, which is all that JupyterLab looks at after a restart", async () => {
    const kernel = await startKernel({ cwd: ROOT });
    try {
      const idle = kernel.message(
        ({ type, content, parent }) => type === "status" && content.execution_state === "idle" && parent === undefined,
        "idle without a parent",
      );
      await kernel.request("kernel_info_request", {});
      await idle;
    } finally {
      await kernel.stop();
    }
  });

  test("ends when it is asked to, though a worker of its own still runs", async () => {
    const kernel = await startKernel({ cwd: ROOT });
    try {
      await kernel.execute(
        'import { Worker } from "worker_threads"; new Worker("setInterval(() => {}, 1000)", { eval: true })',
      );
      const ended = new Promise((done) => kernel.child.once("exit", done));
      kernel.send("shutdown_request", { restart: false }, { channel: "control" });
      const late = sleep(PATIENCE, "still there", { ref: false });
      assert.equal(await Promise.race([ended, late]), 0);
    } finally {
      await kernel.stop();
    }
  });
});

describe("a folder without node_modules", () => {
  test("gets patchbay and Node's types as well", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "patchbay-elsewhere-"));
    const kernel = await startKernel({ cwd });
    try {
      const code = 'import * as pb from "patchbay"; const here: string = process.cwd(); console.log(typeof pb.show)';
      const { reply, outputs } = await kernel.execute(code);
      assert.equal(reply.status, "ok", JSON.stringify(outputs));
      assert.equal(text(outputs), "function\n");
      const { error } = await failing(kernel, "const count: number = pb.show");
      assert.equal(error.ename, "TypeScriptError");
      assert.equal(
        (await kernel.execute('import * as view from "patchbay/view"; view.COMM_TARGET')).reply.status,
        "ok",
      );
    } finally {
      await kernel.stop();
      rmSync(cwd, { recursive: true });
    }
  });
});

describe("stock tslab", () => {
  let kernel;
  before(async () => {
    kernel = await startKernel({ cwd: join(ROOT, "notebooks"), argv: STOCK_TSLAB });
  });
  after(() => kernel.stop());

  test("lacks what the mends add (or they could go)", async () => {
    const { outputs } = await kernel.execute('throw new RangeError("boom")');
    assert.deepEqual(
      outputs.filter(({ output_type }) => output_type === "error"),
      [],
    );
    await kernel.takesCells();
  });

  test("has it after import: comms, real errors, no lost lines", async () => {
    assert.equal((await kernel.execute('import * as pb from "patchbay"')).reply.status, "ok");
    const comm = kernel.comm(TARGET);
    assert.equal((await comm.call({ op: "ping" })).ok, true);
    const { outputs } = await kernel.execute("for (let i = 0; i < 20_000; i++) console.log(i)");
    assert.equal(text(outputs).split("\n").length, 20_001);
    const { error } = await failing(kernel, 'throw new RangeError("boom")');
    assert.equal(error.ename, "RangeError");
    comm.close();
  });
});

test("the mends can be switched off", async () => {
  const kernel = await startKernel({ cwd: ROOT, argv: PATCHBAY, env: { PATCHBAY_TSLAB_MENDS: "0" } });
  try {
    assert.match(kernel.stderr, /switched off by PATCHBAY_TSLAB_MENDS=0/);
    const { outputs } = await kernel.execute('throw new RangeError("boom")');
    assert.equal(text(outputs, "stderr").includes("RangeError: boom"), true);
  } finally {
    await kernel.stop();
  }
});

describe("the kernel, while packages are installed beside it", () => {
  let kernel;
  const folder = mkdtempSync(join(tmpdir(), "patchbay-install-"));
  before(async () => {
    kernel = await startKernel({ cwd: folder });
  });
  after(async () => {
    await kernel.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("an import that failed works once its package is there", async () => {
    const wanted = 'import { two } from "installed-later"; console.log(two)';
    const { error } = await failing(kernel, wanted);
    assert.match(error.evalue, /Cannot find module 'installed-later'/);
    const home = join(folder, "node_modules/installed-later");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "index.d.ts"), "export const two: number;\n");
    writeFileSync(join(home, "index.js"), "exports.two = 2;\n");
    // The compiler hears of new files a little later.
    let said = "";
    await until(async () => {
      said = text((await kernel.execute(wanted)).outputs);
      await kernel.takesCells();
      return said !== "";
    }, "the package is found");
    assert.equal(said, "2\n");
  });
});
