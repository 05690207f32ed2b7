/** What `patchbay doctor` says about the notebook side: is this tslab known, and do the mends hold in it. */
import { install } from "./mends/install";
import { type Check, selfTest } from "./mends/selftest";
import { ownTslab, type Tslab } from "./mends/tslab";

export type { Check };

/** Mends the tslab that Patchbay depends on, in this process, and sends messages through it. Takes about a second.
 *
 *  @example
 *  for (const { name, ok, detail } of await checkNotebook()) console.log(ok ? "ok" : "BAD", name, detail); */
export async function checkNotebook(): Promise<Check[]> {
  let tslab: Tslab;
  try {
    tslab = ownTslab();
  } catch (error) {
    return [
      {
        name: "tslab",
        ok: false,
        detail: `cannot be loaded (${(error as Error).message.split("\n")[0]}): run "npm ci"`,
      },
    ];
  }
  const obstacle = install(tslab);
  const found: Check = { name: "tslab", ok: obstacle === null, detail: obstacle ?? `version ${tslab.version}, known` };
  return obstacle === null ? [found, ...(await selfTest(tslab))] : [found];
}
