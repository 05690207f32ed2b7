/** Runs the real command line as a child process, from a build that is made when the sources are newer. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const ROOT = resolve(import.meta.dirname, "../..");
const SOURCES = join(ROOT, "kernel-lib/src");
const DIST = join(ROOT, "kernel-lib/dist");
const MADE = join(DIST, "cli/main.js");
const LOCK = join(ROOT, "test/.scratch/building");
/** A lock older than this belongs to a process that was killed. */
const LOCK_MS = 120_000;
export const BIN = join(ROOT, "kernel-lib/bin/patchbay.cjs");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunSettings {
  env?: Record<string, string>;
  cwd?: string;
  /** Another copy of the bin. */
  bin?: string;
  /** Called every few milliseconds while it runs; true sends SIGINT, once. */
  interruptWhen?: () => boolean;
}

let built: Promise<void> | null = null;

/** Runs `patchbay ...args` to its end.
 *  @example (await patchbay(["inspect", folder])).code // 0 */
export async function patchbay(args: readonly string[], settings: RunSettings = {}): Promise<Ended> {
  built ??= ensureBuilt();
  await built;
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [settings.bin ?? BIN, ...args], {
      cwd: settings.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: "1", ...settings.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const watch = setInterval(() => {
      if (!settings.interruptWhen?.()) return;
      clearInterval(watch);
      child.kill("SIGINT");
    }, 5);
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      done({ code, signal, stdout: Buffer.concat(out).toString(), stderr });
    });
  });
}

/** Compiles kernel-lib unless its build is newer than every source. Test files run side by side, so one compiles and
 *  the others wait. */
async function ensureBuilt(): Promise<void> {
  while (isStale()) {
    mkdirSync(join(LOCK, ".."), { recursive: true });
    try {
      mkdirSync(LOCK);
    } catch {
      const held = statSync(LOCK, { throwIfNoEntry: false });
      if (held && Date.now() - held.mtimeMs > LOCK_MS) rmSync(LOCK, { recursive: true, force: true });
      await wait(200);
      continue;
    }
    try {
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      spawnSync(process.execPath, [tsc, "-p", "kernel-lib"], { cwd: ROOT });
      if (!existsSync(MADE)) throw new Error("kernel-lib does not compile");
      return;
    } finally {
      rmSync(LOCK, { recursive: true, force: true });
    }
  }
}

function isStale(): boolean {
  if (existsSync(LOCK) || !existsSync(MADE)) return true;
  const made = statSync(MADE).mtimeMs;
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .some((name) => statSync(join(SOURCES, name)).mtimeMs > made);
}
