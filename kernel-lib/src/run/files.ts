/** Files that are whole or not there: written under another name, flushed to the disk, then renamed. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { PatchbayError } from "../errors";

/** Writes `content` to `path`; whoever reads it meanwhile sees the old file.
 *  @throws PatchbayError when the folder is missing or cannot be written to.
 *  @example writeWhole("result.patchbay.json", text) */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.patchbay-tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/** Makes a new name in a folder last. Windows cannot open folders, and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What systems say when there is no room: the disk, a user's share of it, or a limit on files. */
const FULL: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];

export function cannotWrite(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  if (FULL.includes(code))
    return new PatchbayError({
      thing: path,
      rule: `cannot be written: there is no room left (${code})`,
      wayOut:
        "Make room, or choose another folder; what a run had finished before is kept, and resuming goes on from it",
    });
  return new PatchbayError({
    thing: path,
    rule: `cannot be written (${code})`,
    wayOut: "Choose a folder that exists and that you may write to",
  });
}
