/** One file over HTTP, whole or not at all: what has come lies in a partial file, a broken connection goes on
 *  from there (also in a later process), and only a file of the right size and hash gets its name. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CheckpointError } from "../errors";
import { type HubAccess, type HubFile, hubError, hubFetch } from "./hub";

export interface Download {
  url: string;
  file: HubFile;
  /** Where the bytes gather; kept when the download is broken off. */
  partial: string;
  /** The name of the complete file. */
  target: string;
  /** Called with the bytes that are there. */
  onBytes?: (done: number) => void;
}

/** Tries in a row without a single new byte, and the pauses before them. */
const PAUSES_MS = [250, 1000, 4000];
/** A connection that is silent for so long is dead. */
const IDLE_MS = 60_000;

/** Fetches the file, or what is missing of it.
 *  @throws CheckpointError on refusal, wrong size or wrong hash (the wrong bytes are removed). */
export async function download(access: HubAccess, task: Download): Promise<void> {
  mkdirSync(dirname(task.partial), { recursive: true });
  mkdirSync(dirname(task.target), { recursive: true });
  await fetchAll(access, task);
  await checkHash(task);
  renameSync(task.partial, task.target);
}

async function fetchAll(access: HubAccess, task: Download): Promise<void> {
  if (!existsSync(task.partial)) await (await open(task.partial, "w")).close();
  for (let failures = 0; ; ) {
    const before = have(task);
    if (before === task.file.size) return;
    try {
      await fetchRest(access, task, before);
    } catch (error) {
      access.signal?.throwIfAborted();
      if (error instanceof CheckpointError) throw error;
      failures = have(task) > before ? 0 : failures + 1;
      if (failures > PAUSES_MS.length || isRefusal(error)) throw hubError(access, task.file.path, error);
      await wait(PAUSES_MS[Math.max(0, failures - 1)], undefined, { signal: access.signal });
    }
  }
}

function have({ partial, file }: Download): number {
  const { size } = statSync(partial);
  if (size <= file.size) return size;
  // Left by something else: no prefix of this file.
  rmSync(partial);
  throw new CheckpointError({
    thing: `${file.path}: bytes received`,
    value: size,
    rule: `must be at most ${file.size}, the size that the hub lists`,
    wayOut: "They were removed: give the same command again",
  });
}

async function fetchRest(access: HubAccess, task: Download, start: number): Promise<void> {
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(new Error("the connection fell silent")), IDLE_MS);
  let handle: FileHandle | null = null;
  try {
    const response = await hubFetch(access, null)(task.url, {
      headers:
        start > 0 ? { range: `bytes=${start}-`, "accept-encoding": "identity" } : { "accept-encoding": "identity" },
      signal: idle.signal,
    });
    if (!response.ok || !response.body) throw Object.assign(new Error("refused"), { statusCode: response.status });
    // A server without ranges sends the file from its beginning.
    let at = response.status === 206 ? rangeStart(response, start) : 0;
    handle = await open(task.partial, "r+");
    await handle.truncate(at);
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(new Error("the connection fell silent")), IDLE_MS);
      if (at + chunk.byteLength > task.file.size) throw tooLong(task);
      await handle.write(chunk, 0, chunk.byteLength, at);
      at += chunk.byteLength;
      task.onBytes?.(at);
    }
    // A broken connection throws; one that ends here says that this is all.
    if (at < task.file.size) throw tooShort(task, at);
  } finally {
    clearTimeout(timer);
    await handle?.close();
  }
}

/** The first byte of a 206 answer; it must be the one that was asked for. */
function rangeStart(response: Response, asked: number): number {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (Number(start) !== asked) throw new Error(`asked for bytes from ${asked}, got them from ${start}`);
  return asked;
}

function tooLong({ file }: Download): CheckpointError {
  return new CheckpointError({
    thing: file.path,
    rule: `is longer than the ${file.size} bytes that the hub lists`,
    wayOut: "Give the same command again; if it stays so, the hub is at fault",
  });
}

function tooShort({ file, partial }: Download, at: number): CheckpointError {
  rmSync(partial);
  return new CheckpointError({
    thing: file.path,
    rule: `ended after ${at} of the ${file.size} bytes that the hub lists`,
    wayOut: "Give the same command again; if it stays so, the hub is at fault",
  });
}

/** 4xx except "too many requests" and "timeout": asking again changes nothing. */
function isRefusal(error: unknown): boolean {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === "number" && status >= 400 && status < 500 && status !== 429 && status !== 408;
}

async function checkHash({ file, partial }: Download): Promise<void> {
  if (file.sha256 === null) return;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(partial)) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found === file.sha256) return;
  rmSync(partial);
  throw new CheckpointError({
    thing: `${file.path}: sha256`,
    value: found,
    rule: `must be ${file.sha256}, as the hub lists it`,
    wayOut: "The wrong bytes were removed: give the same command again",
  });
}
