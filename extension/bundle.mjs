/** Bundles the widgets without JupyterLab, for pages that stand alone: script, its hash for the page's content security
 *  policy, and style, as one JSON file. It goes to kernel-lib/build (for `pb.save(result, "x.html")`) and beside the
 *  labextension (for the widgets' own export). Run it as `node extension/bundle.mjs` after kernel-lib is compiled. */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "..");
const OUT = [
  path.join(root, "kernel-lib/build/page.json"),
  path.join(root, "jupyter-config/share/labextensions/@patchbay/jupyterlab/page.json"),
];

const settings = {
  bundle: true,
  minify: true,
  write: false,
  legalComments: "none",
  target: "es2022",
  absWorkingDir: root,
};
const script = await build({
  ...settings,
  entryPoints: ["extension/src/standalone/main.ts"],
  platform: "browser",
  format: "iife",
  charset: "ascii",
  // The sources, so that only what the widgets use comes along.
  alias: { "patchbay/view": path.join(root, "kernel-lib/src/view/index.ts") },
});
const style = await build({ ...settings, entryPoints: ["extension/src/standalone/page.css"] });
const text = ({ outputFiles }) => outputFiles[0].text.trim();
const made = text(script);
// Nothing in it may end the element that it will stand in.
if (/<\/script|<!--/i.test(made)) throw new Error("extension/bundle.mjs: the script would end its own element");
const page = JSON.stringify({
  script: made,
  scriptHash: `sha256-${createHash("sha256").update(made).digest("base64")}`,
  style: text(style),
});
for (const file of OUT) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.patchbay-tmp`;
  writeFileSync(temporary, page);
  renameSync(temporary, file);
}
console.log(`${OUT.map((file) => path.relative(root, file)).join(", ")}: ${Math.round(page.length / 1024)} KiB`);
