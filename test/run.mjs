/** `npm test`: sets everything up, then types, lint, units, kernel and browser, and one line with the sum.
 *  `npm test -- units kernel` runs only the steps named. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setUp } from "../jupyter-config/setup.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const SCRATCH = join(ROOT, "test/.scratch");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** Runs a command from the root, its output shown as it comes; resolves to the exit code. */
function run(command, args, { env = {}, capture = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
    });
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}
const node = (...args) => run(process.execPath, args);

/** A step that only passes or fails counts as one check. */
const check = async (command, args) => {
  const { code } = await run(command, args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
};

/** Adds a run of Vitest up from its own JSON report. */
async function vitest(args) {
  mkdirSync(SCRATCH, { recursive: true });
  const report = join(SCRATCH, "vitest.json");
  rmSync(report, { force: true });
  const { code } = await node(
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
    ...args,
  );
  const {
    numPassedTests: passed,
    numFailedTests,
    numFailedTestSuites,
    numPendingTests: skipped,
  } = JSON.parse(readFileSync(report, "utf8"));
  // A file that cannot be loaded fails no test, so the exit code counts as well.
  const failed = numFailedTests || (code !== 0 ? Math.max(1, numFailedTestSuites) : 0);
  return { passed, failed, skipped };
}

/** For a whole file, kernels, browsers and all; the longest, every notebook from first cell to last, takes minutes. */
const MOST_MS = 7_200_000;

/** Adds a run of Node's test runner up from its closing lines. */
async function nodeTest(folder) {
  // A test that never ends fails, rather than keep all that come after it waiting.
  const limit = `--test-timeout=${MOST_MS}`;
  const args = ["--test", "--test-concurrency=1", limit, "--test-reporter=spec", `${folder}/*.test.mjs`];
  const { code, output } = await run("bash", ["-c", `"${process.execPath}" ${args.join(" ")}`], { capture: true });
  const count = (word) => Number(new RegExp(`^ℹ ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const failed = count("fail") + count("cancelled");
  return { passed: count("pass"), failed: failed || (code === 0 ? 0 : 1), skipped: count("skipped") + count("todo") };
}

const STEPS = {
  types: async () => [
    await check(process.execPath, [TSC, "-p", "kernel-lib", "--noEmit"]),
    await check(process.execPath, [TSC, "-p", "extension", "--noEmit"]),
    await check(process.execPath, [TSC, "-p", "test"]),
    // What a notebook cell sees: the public types under tslab's own TypeScript 5.0.4.
    await check(process.execPath, ["node_modules/@tslab/typescript-for-tslab/lib/tsc.js", "-p", "test/consumer"]),
  ],
  lint: async () => [
    await check(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]),
  ],
  units: async () => [await vitest([])],
  kernel: async () => [await nodeTest("test/kernel")],
  browser: async () => [await nodeTest("test/browser")],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`error: step ${unknown[0]}: must be one of ${Object.keys(STEPS).join(", ")}.`);
  process.exit(2);
}
await setUp();

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of asked.length > 0 ? asked : Object.keys(STEPS)) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const sums = await STEPS[name]();
  const failed = sums.reduce((n, s) => n + s.failed, 0);
  for (const sum of sums) for (const key of Object.keys(total)) total[key] += sum[key] ?? 0;
  console.log(
    `== ${name}: ${failed === 0 ? "passed" : `${failed} failed`} in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
console.log("");
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
