/** A device and a precision that were asked for: their label in the result, their deviation measured and bounded, and
 *  what is said where they cannot be had. On software Vulkan drivers; without one there may be no GPU to test on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseResult } from "../../kernel-lib/src/result/file";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { DRIVERS, type Driver } from "../support/vulkan";

const folder = temporaryFolder();
/** Software drivers compile each shader for seconds: a model of few shapes. */
const MODEL = fileURLToPath(new URL("../goldens/engine/olmo2-gqa", import.meta.url));
const { num_hidden_layers: N_LAYERS } = JSON.parse(readFileSync(join(MODEL, "config.json"), "utf8"));
const SPEC = join(folder, "spec.json");
writeFileSync(
  SPEC,
  JSON.stringify({
    schema: "patchbay.spec/1",
    kind: "patch-sweep",
    model: MODEL,
    samples: [{ source: [5, 6, 7], target: [1, 8, 9], answer: 20 }],
    tuples: { list: [[0], [0, 1]] },
  }),
);
const TOKENS = join(folder, "tokens.json");
writeFileSync(TOKENS, "[[5, 6, 7]]");
/** Ten bits of mantissa round by 5e-4; through some layers that adds up, fp32 to far less. */
const BOUND = { fp32: 1e-3, fp16: 2e-2 } as const;

interface Measured {
  provider: { device: string; precision: string };
  hooks: { hook: string; relative: number; norm: number }[];
  sameTop: number;
}

async function onWebGpu(args: readonly string[], precision: keyof typeof BOUND, { env }: Driver) {
  return patchbay([...args, "--device", "webgpu", "--precision", precision], { env });
}

async function swept(name: string, flags: readonly string[], env: Record<string, string>) {
  const out = join(folder, `${name}.patchbay.json`);
  const { code, stderr } = await patchbay(["run", SPEC, "--out", out, ...flags], { env });
  expect(code, stderr).toBe(0);
  return parseResult(readFileSync(out, "utf8"));
}

for (const [i, driver] of DRIVERS.entries())
  for (const precision of ["fp32", "fp16"] as const)
    test(`webgpu in ${precision} on ${driver.name}: measured, labelled, within its bound; or refused`, async () => {
      const { code, stdout, stderr } = await onWebGpu(["doctor", "--deviation", MODEL, "--json"], precision, driver);
      if (precision === "fp16" && code !== 0) {
        // Nothing is computed in another precision than the one asked for.
        expect([code, stdout]).toEqual([2, ""]);
        expect(stderr).toMatch(/precision is "fp16", but it cannot be computed by this webgpu device \(.*f16/);
        expect(stderr).toMatch(/Ask for precision "fp32"\.$/m);
        const run = await onWebGpu(["run", SPEC, "--out", join(folder, "none.patchbay.json")], precision, driver);
        expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('Ask for precision "fp32"')]);
        return;
      }
      const { provider, hooks, sameTop } = JSON.parse(stdout) as Measured;
      expect(provider).toMatchObject({ device: "webgpu", precision });
      expect(hooks.map(({ hook }) => hook)).toEqual([
        ...Array.from({ length: N_LAYERS }, (_, l) => `blocks.${l}.hook_resid_post`),
        "logits",
      ]);
      for (const { hook, relative, norm } of hooks) {
        expect(relative, hook).toBeLessThanOrEqual(BOUND[precision]);
        expect(norm, hook).toBeLessThanOrEqual(BOUND[precision]);
        // Another device sums in another order; numbers that agree to the bit were not computed there.
        expect(norm, hook).toBeGreaterThan(precision === "fp16" ? 1e-4 : 0);
      }
      expect(sameTop).toBeGreaterThanOrEqual(0.9);

      const flags = ["--device", "webgpu", "--precision", precision];
      const found = await swept(`${precision}-${i}`, flags, driver.env);
      expect(found.making.provider).toMatchObject({ device: "webgpu", precision });
      expect(String(found)).toContain(`webgpu ${precision}`);
      const exact = await swept(`cpu-${precision}-${i}`, [], {});
      expect(exact.making.provider).toMatchObject({ device: "cpu", precision: "fp32" });
      const largest = Math.max(...exact.data.values.logit.map(Math.abs));
      found.data.values.logit.forEach((logit, cell) => {
        expect(Math.abs(logit - exact.data.values.logit[cell])).toBeLessThanOrEqual(BOUND[precision] * largest);
      });

      const said = await onWebGpu(["generate", MODEL, "--tokens", TOKENS, "--max-new-tokens", "2"], precision, driver);
      expect(said.code, said.stderr).toBe(0);
      expect(JSON.parse(said.stdout)).toEqual([[expect.any(Number), expect.any(Number)]]);
    }, 120_000);

test("half precision on the CPU is refused, with the devices that offer it", async () => {
  for (const flags of [
    ["--precision", "fp16"],
    ["--precision", "fp16", "--device", "cpu"],
  ]) {
    const { code, stderr } = await patchbay(["run", SPEC, "--out", join(folder, "x.patchbay.json"), ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /precision is "fp16", but it is not offered on cpu.*: fp32 is\. Ask for device "webgpu" or "cuda", or for precision "fp32"\.$/m,
    );
  }
});
