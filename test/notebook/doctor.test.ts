/** The self-test in this process: tslab's own classes, mended, and what goes wrong when they are not. */
import { expect, test } from "vitest";
import { checkNotebook } from "../../kernel-lib/src/notebook/doctor";
import { ownTslab, whyNotMendable } from "../../kernel-lib/src/notebook/mends/tslab";

test("checkNotebook() finds every mend working in the pinned tslab", async () => {
  const checks = await checkNotebook();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ name }) => name)).toContain("comms");
  expect(checks.length).toBeGreaterThan(5);
});

test("a tslab of another version, or of another shape, is left alone", () => {
  const tslab = ownTslab();
  expect(whyNotMendable(tslab)).toBeNull();
  expect(whyNotMendable({ ...tslab, version: "2.0.0" })).toMatch(/2\.0\.0 is not one that Patchbay knows/);
  const jupyter = { ...tslab.jupyter, JupyterHandlerImpl: { prototype: {} } } as typeof tslab.jupyter;
  expect(whyNotMendable({ ...tslab, jupyter })).toMatch(/lacks handleExecute, handleExecuteImpl/);
});
