/** What a sweep has finished, on disk: one line of JSON for each pass, flushed before the next one starts.
 *  A run that was killed goes on from here and comes to the same bytes, because passes do not depend on each
 *  other. The first line holds a hash of everything that the values depend on; a line that a crash cut short is
 *  dropped with what follows. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { SpecError } from "../errors";
import type { Pass } from "../experiment/layout";
import type { PassValues } from "../experiment/pass";
import type { Measure } from "../experiment/types";
import { type Packed, pack, unpack } from "../result/pack";
import { cannotWrite, syncFolder } from "./files";
import { type Lock, takeLock } from "./lock";

const SCHEMA = "patchbay.journal/1";
const FIELDS = ["logit", "rank", "logprob", "kl"] as const;

interface JournalRecord {
  pass: number;
  values: Record<(typeof FIELDS)[number] | "target" | "reference", Packed>;
}

export class Journal {
  /** Passes that were finished before, by index. */
  readonly finished: ReadonlyMap<number, PassValues>;
  private file: number | null;
  /** Length of the file: where the next line goes. */
  private end: number;

  private constructor(
    readonly path: string,
    file: number,
    private readonly lock: Lock,
    before: Finished,
  ) {
    this.file = file;
    this.end = before.end;
    this.finished = before.finished;
  }

  /** Opens the journal at `path` for the run whose content hash is `key`, and locks it against other writers.
   *  With `resume` the finished passes are read, else it starts anew.
   *  @throws SpecError when the journal is of another run; PatchbayError when it is in use. */
  static open(path: string, options: { key: string; passes: readonly Pass[]; resume: boolean }): Journal {
    const lock = takeLock(`${path}.lock`);
    try {
      const before = options.resume && existsSync(path) ? readJournal(path, options) : NOTHING;
      const file = openSync(path, before.end > 0 ? "r+" : "w");
      ftruncateSync(file, before.end);
      const journal = new Journal(path, file, lock, before);
      if (before.end === 0) {
        journal.write({ schema: SCHEMA, key: options.key, passes: options.passes.length });
        syncFolder(dirname(path));
      }
      return journal;
    } catch (error) {
      lock.release();
      throw cannotWrite(path, error);
    }
  }

  /** Adds a finished pass; on the disk when this returns. */
  add(pass: number, values: PassValues): void {
    const record: JournalRecord = {
      pass,
      values: {
        logit: pack(values.logit),
        rank: pack(values.rank),
        logprob: pack(values.logprob),
        kl: pack(values.kl),
        target: pack(flat(values.target)),
        reference: pack(flat(values.reference)),
      },
    };
    this.write(record);
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
    for (let at = 0; at < line.length; ) at += writeSync(file, line, at, line.length - at, this.end + at);
    this.end += line.length;
    fsyncSync(file);
  }
}

/** What a journal held up to its last whole line, which ends at byte `end`. */
interface Finished {
  end: number;
  finished: ReadonlyMap<number, PassValues>;
}
const NOTHING: Finished = { end: 0, finished: new Map() };
const NEWLINE = 0x0a;

function readJournal(path: string, { key, passes }: { key: string; passes: readonly Pass[] }): Finished {
  const bytes = readFileSync(path);
  const finished = new Map<number, PassValues>();
  let end = 0;
  for (let next = bytes.indexOf(NEWLINE); next >= 0; next = bytes.indexOf(NEWLINE, end)) {
    const line = wholeLine(bytes.toString("utf8", end, next));
    if (line === null) break;
    if (end === 0) checkHeader(path, line, key);
    else {
      const { pass, values } = line as JournalRecord;
      finished.set(pass, readPass(values, passes[pass], `${path}: pass ${pass}`));
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

function readPass(values: JournalRecord["values"], { samples, tuples }: Pass, where: string): PassValues {
  const count = samples[1] - samples[0];
  const cells = (field: (typeof FIELDS)[number]): Float64Array => {
    const array = unpack(values[field], `${where}.${field}`);
    if (array instanceof Float64Array && array.length === count * (tuples[1] - tuples[0])) return array;
    throw new SpecError({ thing: `${where}.${field}`, rule: "must have a number for each cell of its pass" });
  };
  return {
    logit: cells("logit"),
    rank: cells("rank"),
    logprob: cells("logprob"),
    kl: cells("kl"),
    target: unflat(unpack(values.target, `${where}.target`)) as Measure[],
    reference: unflat(unpack(values.reference, `${where}.reference`)),
  };
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function flat(measures: readonly (Measure | null)[]): Float64Array {
  return Float64Array.from(
    measures.flatMap((m) => (m ? [1, m.logit, m.rank, m.logprob] : [0, Number.NaN, Number.NaN, Number.NaN])),
  );
}

function unflat(numbers: ArrayLike<number>): (Measure | null)[] {
  return Array.from({ length: numbers.length / 4 }, (_, i) => {
    const [known, logit, rank, logprob] = Array.from({ length: 4 }, (_, j) => numbers[4 * i + j]);
    return known === 1 ? { logit, rank, logprob } : null;
  });
}
