/** Tables as danfojs DataFrames. danfojs takes a second or more and 160 MB to load, so it is loaded by the first
 *  table that is asked for, and it is an optional dependency. */

import { PatchbayError } from "../errors";
import { tableGiven } from "../given";
import { Result } from "../result/base";
import { Comparison } from "../result/compare";
import type { Table } from "../result/types";

/** What notebooks use most of a danfojs DataFrame; the rest is there too, as danfojs documents it. */
export interface DataFrame {
  readonly shape: number[];
  readonly columns: string[];
  readonly dtypes: string[];
  readonly values: (string | number | boolean | null)[][];
  head(rows?: number): DataFrame;
  tail(rows?: number): DataFrame;
  sortValues(column: string, options?: { ascending?: boolean }): DataFrame;
  dropNa(options?: { axis?: 0 | 1 }): DataFrame;
  toString(): string;
  print(): void;
  // biome-ignore lint/suspicious/noExplicitAny: danfojs' own types do not load under tslab's TypeScript.
  [member: string]: any;
}

interface Danfo {
  DataFrame: new (rows: unknown[][], options: { columns: string[] }) => DataFrame;
}

/** A table as a DataFrame: its columns in order, null for missing.
 *  @throws PatchbayError when danfojs-node is not installed
 *  @example (await pb.toDataFrame(result.table("summary"))).shape */
export async function toDataFrame(table: Table): Promise<DataFrame> {
  tableGiven("toDataFrame()", table);
  const { DataFrame } = await danfo();
  return new DataFrame(
    table.rows.map((row) => [...row]),
    { columns: [...table.columns] },
  );
}

async function danfo(): Promise<Danfo> {
  // Not a literal: no bundler and no type checker is to follow it.
  const name: string = "danfojs-node";
  try {
    return (await import(name)) as Danfo;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new PatchbayError({
      thing: name,
      rule: "is needed for DataFrames and is not installed",
      wayOut: "Run `npm install danfojs-node@1.2.0`, or take `table()` and CSV, which need nothing",
    });
  }
}

declare module "../result/base" {
  interface Result<D extends ResultData, Name extends string> {
    /** The table `name` as a danfojs DataFrame.
     *  @throws PatchbayError when danfojs-node is not installed
     *  @example (await result.toDataFrame("summary")).head().print() */
    toDataFrame(name: Name): Promise<DataFrame>;
  }
}

declare module "../result/compare" {
  interface Comparison {
    /** The differences as a danfojs DataFrame.
     *  @throws PatchbayError when danfojs-node is not installed
     *  @example (await pb.compare([base, dpo]).toDataFrame()).head().print() */
    toDataFrame(): Promise<DataFrame>;
  }
}

// `result` is bundled for the browser and must not know of danfojs; so this file, when imported, adds the methods.
Result.prototype.toDataFrame = function (name) {
  return toDataFrame(this.table(name));
};
Comparison.prototype.toDataFrame = function () {
  return toDataFrame(this.table());
};
