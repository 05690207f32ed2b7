/** A table as Apache Parquet, which pandas, polars, DuckDB and R read with types: whole numbers as int32, other numbers
 *  as double, texts as UTF-8, true and false as boolean; missing is null. */

import { parquetWriteBuffer } from "hyparquet-writer";
import { tableGiven } from "../given";
import type { Table } from "../result/types";

type Cell = Table["rows"][number][number];
type ColumnType = "BOOLEAN" | "INT32" | "DOUBLE" | "STRING";

const INT32 = 2 ** 31;

/** The file's bytes. A column that holds both texts and numbers (a p-value too small for a double is a text) becomes
 *  text throughout.
 *  @example writeFileSync("summary.parquet", pb.tableToParquet(result.table("summary"))) */
export function tableToParquet(table: Table): Uint8Array {
  const { columns, rows } = tableGiven("tableToParquet()", table);
  const columnData = columns.map((name, c) => {
    const cells = rows.map((row) => row[c]);
    const type = typeOf(cells);
    const data = type === "STRING" ? cells.map((cell) => (cell === null ? null : String(cell))) : cells;
    return { name, data, type, nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function typeOf(cells: readonly Cell[]): ColumnType {
  const there = cells.filter((cell) => cell !== null);
  if (there.some((cell) => typeof cell === "string")) return "STRING";
  if (there.length > 0 && there.every((cell) => typeof cell === "boolean")) return "BOOLEAN";
  if (there.some((cell) => typeof cell === "boolean")) return "STRING";
  const fits = (cell: Cell) => Number.isInteger(cell) && Math.abs(cell as number) < INT32 && !Object.is(cell, -0);
  return there.length > 0 && there.every(fits) ? "INT32" : "DOUBLE";
}
