/** The arrow of ARCHITECTURE.md: a folder of kernel-lib/src may import from folders to its left, never back,
 *  and what the browser bundles imports nothing of Node. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../kernel-lib/src");
const ARROW = [
  "checkpoint",
  "graph",
  "session",
  "intervene",
  "forward",
  "path",
  "experiment",
  "stats",
  "result",
  "view",
  "figure",
  "run",
  "notebook",
  "cli",
] as const;
/** Files of src itself that anybody may import, and those that may import anybody. */
const FOUNDATION = ["errors", "given", "tensor", "words"];
const TOP = ["index"];
/** Bundled into the browser by the extension. */
const PURE = ["stats", "result", "view"];

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found: Import[] = [];
  for (const m of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm))
    found.push({ from: file, to: m[2], typeOnly: Boolean(m[1]) });
  for (const m of text.matchAll(/(?:\brequire|\bimport)\s*\(\s*["']([^"']+)["']\s*\)/g))
    found.push({ from: file, to: m[1], typeOnly: false });
  return found;
}

/** The folder of src a path lies in, or the file's own name when it lies in src itself. */
function placeOf(path: string): string {
  return relative(SRC, path).split("/")[0].replace(/\.ts$/, "");
}

/** Says what is wrong with an import, or null. */
function complaint({ from, to, typeOnly }: Import): string | null {
  const here = placeOf(from);
  const where = `${relative(SRC, from)} imports ${to}`;
  if (PURE.includes(here) && !typeOnly && (to.startsWith("node:") || builtinModules.includes(to.split("/")[0])))
    return `${where}: ${here}/ is bundled for the browser and may import nothing of Node`;
  if (!to.startsWith(".")) return null;
  const there = placeOf(resolve(dirname(from), to));
  if (there === here || FOUNDATION.includes(there) || TOP.includes(here)) return null;
  if (TOP.includes(there)) return `${where}: index.ts lists names for users, it is not imported from inside`;
  const i = ARROW.indexOf(here as (typeof ARROW)[number]);
  const j = ARROW.indexOf(there as (typeof ARROW)[number]);
  if (FOUNDATION.includes(here)) return `${where}: ${here}.ts stands below all folders`;
  if (i < 0) return `${where}: folder ${here}/ has no place on the arrow`;
  if (j < 0) return `${where}: folder ${there}/ has no place on the arrow`;
  return j > i ? `${where}: against the arrow (${there} stands right of ${here})` : null;
}

const files = sources(SRC);

test("no import of kernel-lib runs against the arrow", () => {
  expect(files.length).toBeGreaterThan(10);
  const complaints = files.flatMap(importsOf).map(complaint).filter(Boolean);
  expect(complaints).toEqual([]);
});

test("an import that runs back, or pulls Node into a pure folder, is found", () => {
  const at = (file: string, to: string, typeOnly = false) => complaint({ from: join(SRC, file), to, typeOnly });
  expect(at("stats/t.ts", "../result/types")).toContain("against the arrow");
  expect(at("checkpoint/open.ts", "../cli/main")).toContain("against the arrow");
  expect(at("view/heatmap.ts", "node:fs")).toContain("nothing of Node");
  expect(at("errors.ts", "./view/types")).toContain("below all folders");
  expect(at("misc/x.ts", "../stats/t")).toContain("no place");
  expect(at("result/sweep.ts", "../stats/t")).toBeNull();
  expect(at("run/sweep.ts", "../errors")).toBeNull();
});

test("the extension imports of kernel-lib only the view", () => {
  const folder = resolve(SRC, "../../extension/src");
  const wrong = sources(folder)
    .flatMap(importsOf)
    .filter(({ to }) => /^patchbay(\/|$)|kernel-lib/.test(to) && to !== "patchbay/view")
    .map(({ from, to }) => `${relative(folder, from)} imports ${to}`);
  expect(wrong).toEqual([]);
});

test("what the browser bundles brings no checker of specs along, however indirectly", () => {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { to, typeOnly } of importsOf(file)) {
      if (typeOnly) continue;
      if (to.startsWith(".")) {
        const target = resolve(dirname(file), to);
        const found = files.find((name) => name === `${target}.ts` || name === join(target, "index.ts"));
        if (found) visit(found);
      } else reached.add(to);
    }
  };
  visit(join(SRC, "view/index.ts"));
  expect(reached.size).toBeGreaterThan(20);
  expect([...reached].filter((name) => !name.startsWith("/") && name !== "@patchbay/style")).toEqual([]);
});
