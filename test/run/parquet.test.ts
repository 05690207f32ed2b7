/** Tables as Parquet: read back by hyparquet here, and by pyarrow in the golden (test/goldens/parquet/read.py). */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import type { Table } from "../../kernel-lib/src/result/types";
import { tableToParquet } from "../../kernel-lib/src/run/parquet";

const TABLE: Table = {
  name: "all",
  columns: ["whole", "number", "text", "flag", "empty", "mixed", "large"],
  rows: [
    [0, 0.1, "0+3", true, null, 0.5, 2 ** 31],
    [-7, -1e-300, 'a "quoted", line\nbreak', false, null, "3.1e-412", 1],
    [null, null, null, null, null, null, null],
    [2_147_483_647, 1e300, "日本 · é", true, null, 0, -3],
  ],
};
const GOLDEN = join(import.meta.dirname, "../goldens/parquet/table.json");

const bytesOf = (table: Table): Uint8Array<ArrayBuffer> => new Uint8Array(tableToParquet(table));

test("a table comes back with its types, its nulls and every digit", async () => {
  const rows = await parquetReadObjects({ file: bytesOf(TABLE).buffer });
  expect(rows.map((row) => TABLE.columns.map((name) => row[name]))).toEqual([
    [0, 0.1, "0+3", true, null, "0.5", 2 ** 31],
    [-7, -1e-300, 'a "quoted", line\nbreak', false, null, "3.1e-412", 1],
    [null, null, null, null, null, null, null],
    [2_147_483_647, 1e300, "日本 · é", true, null, "0", -3],
  ]);
});

test("pyarrow reads the same bytes as the same table", () => {
  const bytes = bytesOf(TABLE);
  if (process.env.PATCHBAY_PARQUET) writeFileSync(process.env.PATCHBAY_PARQUET, bytes);
  const golden = JSON.parse(readFileSync(GOLDEN, "utf8"));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(golden.sha256);
  expect(golden.types).toEqual(["int32", "double", "string", "bool", "double", "string", "double"]);
  expect(golden.columns).toEqual(TABLE.columns);
  const asText = (cell: Table["rows"][number][number]) => (cell === null ? null : String(cell));
  expect(golden.rows).toEqual(TABLE.rows.map((row) => row.map((cell, c) => (c === 5 ? asText(cell) : cell))));
});

test("a table without rows keeps its columns", async () => {
  const bytes = bytesOf({ name: "none", columns: ["a", "b"], rows: [] });
  expect(await parquetReadObjects({ file: bytes.buffer })).toEqual([]);
});
