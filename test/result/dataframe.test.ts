/** A table turned into a real danfojs DataFrame. */
import { expect, test } from "vitest";
import "../../kernel-lib/src/run/dataframe";
import { madeUp } from "./sweeps";

test("toDataFrame() holds the table's columns, rows and missing cells", async () => {
  const result = madeUp({ missing: 0.2, samples: 4 });
  const [table, frame] = [result.table("sweep"), await result.toDataFrame("sweep")];
  expect(frame.shape).toEqual([40, 16]);
  expect(frame.columns).toEqual(table.columns);
  expect(frame.values).toEqual(table.rows);
  const means = frame.groupby(["layers"]).col(["rr_diff_target"]).mean();
  const pair = means.values.find(([layers]: [string]) => layers === "0+1");
  expect(pair?.[1]).toBeCloseTo(result.summary("rr_diff_target", [0, 1]).mean as number, 12);
});
