/** One writer for a file: a lock file beside it that holds the writer's process id.
 *  A lock whose process has ended (`kill -9`, power) is taken over. */
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { PatchbayError } from "../errors";
import { cannotWrite } from "./files";

interface Owner {
  pid: number;
  host: string;
  /** Tells two locks of one process apart. */
  token: string;
}

export interface Lock {
  release(): void;
}

/** Takes `path` as a lock file.
 *  @throws PatchbayError when a living process holds it, or one of another machine.
 *  @example const lock = takeLock("out.patchbay.json.lock"); lock.release(); */
export function takeLock(path: string): Lock {
  const own: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  if (!create(path, own)) {
    const stale = readOwner(path);
    if (stale && isAlive(stale)) throw held(path, stale);
    // Of several processes that see the same dead lock, the rename lets one through.
    remove(path, stale);
    if (!create(path, own)) throw held(path, readOwner(path));
  }
  return {
    release() {
      if (readOwner(path)?.token === own.token) rmSync(path, { force: true });
    },
  };
}

/** Whole or not at all: a reader never sees half a lock. */
function create(path: string, owner: Owner): boolean {
  const draft = `${path}.${owner.token}.patchbay-tmp`;
  try {
    writeFileSync(draft, JSON.stringify(owner), { flag: "wx" });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cannotWrite(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(path: string): Owner | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    const { pid, host, token } = JSON.parse(text) as Owner;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, host: String(host), token: String(token) } : null;
  } catch {
    // Not a lock of ours, or one that a full disk cut short: nobody can be alive behind it.
    return null;
  }
}

function isAlive({ pid, host }: Owner): boolean {
  // Nothing is known of processes elsewhere: they count as living.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function remove(path: string, stale: Owner | null): void {
  const aside = `${path}.${randomUUID()}.patchbay-tmp`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readOwner(aside);
  // Someone else took the dead lock over in between, and this is theirs: it goes back.
  if (moved && moved.token !== stale?.token) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function held(path: string, owner: Owner | null): PatchbayError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
  return new PatchbayError({
    thing: path,
    value: who,
    rule: "must not be held by another run that writes the same file",
    wayOut: "Wait for it or stop it; if it is surely gone, delete the lock file",
  });
}
