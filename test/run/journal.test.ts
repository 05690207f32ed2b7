import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pass } from "../../kernel-lib/src/experiment/layout";
import type { PassValues } from "../../kernel-lib/src/experiment/pass";
import { writeWhole } from "../../kernel-lib/src/run/files";
import { canonicalJson, contentHash } from "../../kernel-lib/src/run/hash";
import { Journal } from "../../kernel-lib/src/run/journal";
import { takeLock } from "../../kernel-lib/src/run/lock";
import { passRecords } from "../../kernel-lib/src/run/pass-records";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
let files = 0;
const freshPath = () => join(folder, `${files++}.journal`);

const passes: readonly Pass[] = [
  { samples: [0, 1], tuples: [0, 2], references: true },
  { samples: [1, 2], tuples: [0, 2], references: true },
];
const values = (x: number): PassValues => ({
  logit: Float64Array.of(x, 1 / 3),
  rank: Float64Array.of(1, 2),
  logprob: Float64Array.of(-x, -0),
  kl: Float64Array.of(Number.NaN, 5e-324),
  target: [{ logit: x, rank: 7, logprob: -1 }],
  reference: [null],
});
const key = contentHash({ a: 1 });
const records = passRecords(passes);
const open = (path: string, resume = true) => Journal.open(path, { key, records, resume });

describe("Journal", () => {
  test("gives back on resume every bit of the passes that were added", () => {
    const path = freshPath();
    const first = open(path);
    first.add(1, values(0.1));
    first.close();
    const second = open(path);
    expect([...second.finished]).toEqual([[1, values(0.1)]]);
    second.add(0, values(2));
    second.close();
    const third = open(path);
    expect([...third.finished.keys()]).toEqual([1, 0]);
    third.remove();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test.skipIf(!existsSync("/dev/full"))("says so when the disk is full, and keeps what was finished before", () => {
    const path = freshPath();
    const first = open(path);
    first.add(1, values(0.1));
    const file = Reflect.get(first, "file") as number;
    const full = openSync("/dev/full", "r+");
    Reflect.set(first, "file", full);
    expect(() => first.add(0, values(2))).toThrow(
      /\.journal: cannot be written: there is no room left \(ENOSPC\)\. Make/,
    );
    closeSync(full);
    Reflect.set(first, "file", file);
    // Room was made meanwhile.
    first.add(0, values(2));
    first.close();
    const second = open(path);
    expect([...second.finished.keys()]).toEqual([1, 0]);
    second.remove();
  });

  test("drops a line that a crash cut short, and writes on after the last whole one", () => {
    const path = freshPath();
    const first = open(path);
    first.add(0, values(1));
    first.add(1, values(2));
    first.close();
    truncateSync(path, readFileSync(path).length - 5);
    const second = open(path);
    expect([...second.finished.keys()]).toEqual([0]);
    second.add(1, values(3));
    second.close();
    expect(open(path).finished.get(1)?.logit[0]).toBe(3);
  });

  test("drops a line whose bytes have changed", () => {
    const path = freshPath();
    const first = open(path);
    first.add(0, values(1));
    first.close();
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"part":0', '"part":1'));
    const second = open(path);
    expect(second.finished.size).toBe(0);
    second.close();
  });

  test("refuses to go on from another run's journal, and leaves it as it is", () => {
    const path = freshPath();
    open(path).close();
    const before = readFileSync(path);
    expect(() => Journal.open(path, { key: contentHash({ a: 2 }), records, resume: true })).toThrow(
      /must be the journal of this spec, model, plan and precision/,
    );
    expect(readFileSync(path)).toEqual(before);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("starts anew without resume", () => {
    const path = freshPath();
    const first = open(path);
    first.add(0, values(1));
    first.close();
    const second = open(path, false);
    expect(second.finished.size).toBe(0);
    second.close();
  });

  test("refuses a second writer until the first one closes", () => {
    const path = freshPath();
    const first = open(path);
    expect(() => open(path)).toThrow(/must not be held by another run/);
    first.close();
    open(path).close();
  });

  test("says which file cannot be written", () => {
    expect(() => open(join(folder, "no", "such", "folder.journal"))).toThrow(/folder.journal.lock: cannot be written/);
  });
});

describe("takeLock()", () => {
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;

  test("takes over the lock of a process that has ended", () => {
    const path = freshPath();
    writeFileSync(path, JSON.stringify({ pid: ended, host: hostname(), token: "old" }));
    const lock = takeLock(path);
    expect(JSON.parse(readFileSync(path, "utf8")).pid).toBe(process.pid);
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  test("takes over a lock that a crash left empty", () => {
    const path = freshPath();
    writeFileSync(path, "");
    takeLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  test("does not judge processes of another machine", () => {
    const path = freshPath();
    writeFileSync(path, JSON.stringify({ pid: ended, host: "elsewhere", token: "old" }));
    expect(() => takeLock(path)).toThrow(/process \d+ on elsewhere/);
  });

  test("does not remove a lock that another one has taken since", () => {
    const path = freshPath();
    const lock = takeLock(path);
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), token: "another" }));
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});

describe("contentHash()", () => {
  test("does not depend on the order of keys, and does on everything else", () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
    expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }));
    expect(contentHash({ a: [1, 2] })).not.toBe(contentHash({ a: [2, 1] }));
  });
});

describe("writeWhole()", () => {
  test("replaces a file, and leaves nothing behind when it cannot", () => {
    const path = freshPath();
    writeWhole(path, "one");
    writeWhole(path, "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(() => writeWhole(join(folder, "missing", "file"), "x")).toThrow(/cannot be written \(ENOENT\)/);
    expect(readdirSync(folder).filter((name) => name.includes("patchbay-tmp"))).toEqual([]);
  });
});
