/** Bundles Vega 6 and Vega-Lite 6 into kernel-lib/build/vega.cjs, which figure/vega.ts loads.
 *  Both are ES modules, and Vega's Node canvas has a top-level await, which `require` refuses: so the kernel, which
 *  is CommonJS, gets them as one file, with the browser's canvas (none is used: SVG needs no canvas) and the browser's
 *  loader (a specification cannot read local files).
 *
 *  Run it as `node kernel-lib/bundle.mjs`, or call `bundle()`: a second call does nothing. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const out = path.join(here, "build", "vega.cjs");

/** Writes the bundle unless one of the same versions is there. Safe to call from several processes at once.
 *  @returns {Promise<{ file: string, built: boolean }>} */
export async function bundle() {
  const esbuild = await import("esbuild");
  const version = (name) => JSON.parse(readFileSync(path.join(folderOf(name), "package.json"), "utf8")).version;
  const made = `// vega ${version("vega")}, vega-lite ${version("vega-lite")}, bundled by kernel-lib/bundle.mjs`;
  if (existsSync(out) && readFileSync(out, "utf8").startsWith(made)) return { file: out, built: false };
  const result = await esbuild.build({
    stdin: { contents: 'export { View, parse } from "vega"; export { compile } from "vega-lite";', resolveDir: here },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    // An uncaught error prints its whole line.
    lineLimit: 160,
    legalComments: "eof",
    banner: { js: made },
    write: false,
    alias: {
      "vega-canvas": path.join(folderOf("vega-canvas"), "build", "vega-canvas.browser.js"),
      "vega-loader": path.join(folderOf("vega-loader"), "build", "vega-loader.browser.js"),
    },
  });
  mkdirSync(path.dirname(out), { recursive: true });
  const temporary = `${out}.${process.pid}`;
  writeFileSync(temporary, result.outputFiles[0].contents);
  renameSync(temporary, out);
  return { file: out, built: true };
}

/** The folder of an installed package, wherever npm has hoisted it to. */
function folderOf(name) {
  for (const base of require.resolve.paths(name) ?? []) {
    if (existsSync(path.join(base, name, "package.json"))) return path.join(base, name);
  }
  throw new Error(`${name} is not installed: run npm ci`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { file, built } = await bundle();
  console.log(`${path.relative(process.cwd(), file)}: ${built ? "built" : "up to date"}`);
}
