/** What results of every kind have in common: a state, what was asked, how it came about, tables. */
import { ResultError } from "../errors";
import type { Making, Table } from "./types";

/** What every result file holds. */
export interface ResultData {
  schema: "patchbay.result/1";
  kind: string;
  /** `stopped`: cancelled, holds what was finished; `partial`: still running. */
  state: "done" | "stopped" | "partial";
  /** The resolved spec; `kind` tells which one. */
  spec: { schema: "patchbay.spec/1"; kind: string; model: string; task?: string };
  making: Making;
}

/** What an experiment found, with all its numbers and how they came about. */
export abstract class Result<D extends ResultData = ResultData, Name extends string = string> {
  /** @throws ResultError for what is not the data of a result */
  constructor(readonly data: D) {
    if (data?.schema === "patchbay.result/1") return;
    throw new ResultError({
      thing: `new ${new.target.name}()`,
      rule: "takes the data of a result",
      wayOut: "Results come from runs (await run) and from files (pb.parseAnyResult)",
    });
  }

  get state(): D["state"] {
    return this.data.state;
  }
  get spec(): D["spec"] {
    return this.data.spec;
  }
  get making(): Making {
    return this.data.making;
  }

  /** Names that `table` knows. */
  abstract readonly tableNames: readonly Name[];
  /** The table that is exported when none is named. */
  abstract readonly mainTable: Name;
  /** What it holds, after "a complete path-trace result": "3 of 8 samples". */
  abstract describe(): string;
  /** Parts that are finished; 0 for a run that has measured nothing yet. */
  abstract get finished(): number;
  protected abstract build(name: Name): Table;

  /** "a complete path-trace result, 8 of 8 samples of demo/dpo" */
  headline(): string {
    const state = this.state === "done" ? "complete" : "stopped";
    return `a ${state} ${this.data.kind} result, ${this.describe()} of ${this.spec.model}`;
  }

  toString(): string {
    return this.headline();
  }

  /** What a console shows of it, in place of every number that it holds: the text, and where the numbers are. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this}\n  tables: ${this.tableNames.join(", ")}`;
  }

  /** A table in long form, null for what is missing.
   *  @throws ResultError for a name that this kind of result does not have
   *  @example result.table("summary").columns */
  table(name: Name): Table {
    const { tableNames } = this;
    if (!tableNames.includes(name))
      throw new ResultError({
        thing: "table",
        value: name,
        names: tableNames,
        rule: `must be one of ${tableNames.join(", ")}`,
      });
    return this.build(name);
  }
}
