/** A run that is killed in the middle and resumed comes to the bytes of one that was left alone. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { SweepResult } from "../../kernel-lib/src/result/sweep";
import { run } from "../../kernel-lib/src/run/from-spec";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";
import { killSpec } from "./kill-spec";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();

/** The child as one file that Node runs. Our sources find their package from two folders below it. */
function bundleChild(): string {
  const outfile = join(folder, "child.cjs");
  buildSync({
    entryPoints: [join(import.meta.dirname, "kill-child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    external: ["onnxruntime-node"],
    define: { __dirname: JSON.stringify(join(ROOT, "kernel-lib/src/run")) },
    logLevel: "error",
  });
  return outfile;
}

const lines = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0);

test("kill -9 in the second pass, then resume: the same values as an undisturbed run, bit for bit", async () => {
  const checkpoint = writeTinyCheckpoint(join(folder, "tiny"), { nLayers: 4, nKvHeads: 2 });
  const journal = join(folder, "run.journal");
  const child = spawn(process.execPath, [bundleChild(), checkpoint, journal, "40"], {
    env: { ...process.env, NODE_PATH: join(ROOT, "node_modules") },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exit = new Promise<NodeJS.Signals | null>((done) => child.once("exit", (_, signal) => done(signal)));
  // The header and the first pass.
  while (lines(journal) < 2 && child.exitCode === null) await setTimeout(5);

  const model = await loadModel(checkpoint, { device: "cpu", host: "inline" });
  expect(() => run(killSpec(checkpoint), { model, journal, resume: true })).toThrow(/must not be held by another run/);
  child.kill("SIGKILL");
  expect(await exit).toBe("SIGKILL");
  expect(lines(journal)).toBeLessThan(4);

  const resumed = run<SweepResult>(killSpec(checkpoint), { model, journal, resume: true });
  const result = await resumed;
  const undisturbed = await run<SweepResult>(killSpec(checkpoint), { model });
  expect(result.data.state).toBe("done");
  expect(result.data.values).toEqual(undisturbed.data.values);
  expect(lines(journal)).toBe(4);

  const other = { ...killSpec(checkpoint), site: "mlp_out" };
  expect(() => run(other, { model, journal, resume: true })).toThrow(/must be the journal of this spec/);
  await model.close();
});
