/** What a run has finished, on disk: one line of JSON for each part, flushed before the next one starts.
 *  A run that was killed goes on from here and comes to the same values, because parts do not depend on each
 *  other. The first line holds a hash of everything that the values depend on; a line that a crash cut short is
 *  dropped with what follows. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { SpecError } from "../errors";
import { cannotWrite, syncFolder } from "./files";
import { type Lock, takeLock } from "./lock";

const SCHEMA = "patchbay.journal/1";

/** What a run's parts are on disk. */
export interface Records<T> {
  /** Number of parts. */
  readonly count: number;
  toJson(values: T): object;
  /** @throws PatchbayError when the record is not one of part `index`; `where` names it. */
  fromJson(json: unknown, index: number, where: string): T;
}

export interface JournalOptions<T> {
  /** Content hash of all that the values depend on. */
  key: string;
  records: Records<T>;
  /** Read what is finished, else start anew. */
  resume: boolean;
}

export class Journal<T> {
  /** Parts that were finished before, by index. */
  readonly finished: ReadonlyMap<number, T>;
  private file: number | null;
  /** Length of the file: where the next line goes. */
  private end: number;

  private constructor(
    readonly path: string,
    file: number,
    private readonly lock: Lock,
    private readonly records: Records<T>,
    before: Finished<T>,
  ) {
    this.file = file;
    this.end = before.end;
    this.finished = before.finished;
  }

  /** Opens the journal at `path` and locks it against other writers.
   *  @throws SpecError when the journal is of another run; PatchbayError when it is in use. */
  static open<T>(path: string, options: JournalOptions<T>): Journal<T> {
    const { key, records, resume } = options;
    const lock = takeLock(`${path}.lock`);
    try {
      const nothing: Finished<T> = { end: 0, finished: new Map() };
      const before = resume && existsSync(path) ? readJournal(path, options) : nothing;
      const file = openSync(path, before.end > 0 ? "r+" : "w");
      ftruncateSync(file, before.end);
      const journal = new Journal(path, file, lock, records, before);
      if (before.end === 0) {
        journal.write({ schema: SCHEMA, key, parts: records.count });
        syncFolder(dirname(path));
      }
      return journal;
    } catch (error) {
      lock.release();
      throw cannotWrite(path, error);
    }
  }

  /** Adds a finished part; on the disk when this returns.
   *  @throws PatchbayError when it cannot be written; the parts before it stay. */
  add(part: number, values: T): void {
    this.write({ part, values: this.records.toJson(values) });
  }

  /** Ends writing and lets others in. The file stays for a later resume. */
  close(): void {
    if (this.file === null) return;
    closeSync(this.file);
    this.file = null;
    this.lock.release();
  }

  /** Ends writing and removes the file: its run is saved elsewhere. */
  remove(): void {
    rmSync(this.path, { force: true });
    this.close();
  }

  private write(value: object): void {
    const text = JSON.stringify(value);
    const file = this.file as number;
    const line = Buffer.from(`${checksum(text)} ${text}\n`);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(file, line, at, line.length - at, this.end + at);
      fsyncSync(file);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    this.end += line.length;
  }
}

/** What a journal held up to its last whole line, which ends at byte `end`. */
interface Finished<T> {
  end: number;
  finished: ReadonlyMap<number, T>;
}
const NEWLINE = 0x0a;

function readJournal<T>(path: string, { key, records }: JournalOptions<T>): Finished<T> {
  const bytes = readFileSync(path);
  const finished = new Map<number, T>();
  let end = 0;
  for (let next = bytes.indexOf(NEWLINE); next >= 0; next = bytes.indexOf(NEWLINE, end)) {
    const line = wholeLine(bytes.toString("utf8", end, next));
    if (line === null) break;
    if (end === 0) checkHeader(path, line, key);
    else {
      const { part, values } = line as { part: number; values: unknown };
      if (!Number.isInteger(part) || part < 0 || part >= records.count)
        throw new SpecError({ thing: `${path}: part`, value: part, rule: `must be one of ${records.count}` });
      finished.set(part, records.fromJson(values, part, `${path}: part ${part}`));
    }
    end = next + 1;
  }
  return { end, finished };
}

/** The value of a line, or null when its checksum does not fit. */
function wholeLine(line: string): unknown {
  const space = line.indexOf(" ");
  const text = line.slice(space + 1);
  return line.slice(0, space) === checksum(text) ? JSON.parse(text) : null;
}

function checkHeader(path: string, header: unknown, key: string): void {
  const { schema, key: found } = header as { schema?: unknown; key?: unknown };
  if (schema === SCHEMA && found === key) return;
  throw new SpecError({
    thing: path,
    value: found,
    rule: "must be the journal of this spec, model, plan and precision, to go on from it",
    wayOut: "Start anew without resuming, or give another output file",
  });
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
