/** `npm run build`: compiles the library and the JupyterLab extension, each only when its sources have changed. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { orSay, ROOT, SetupError, say } from "./project.mjs";

const TSC = "node_modules/typescript/bin/tsc";
const EXTENSION_OUT = "jupyter-config/share/labextensions/@patchbay/jupyterlab";

/** In order: a step may use what those before it made. `sources` and `made` are relative to the root. */
const STEPS = [
  {
    name: "Vega for the kernel",
    sources: ["kernel-lib/bundle.mjs", "node_modules/vega/package.json", "node_modules/vega-lite/package.json"],
    made: "kernel-lib/build/vega.cjs",
    stamp: "kernel-lib/build/.built",
    commands: [["kernel-lib/bundle.mjs"]],
  },
  {
    name: "kernel-lib",
    sources: ["kernel-lib/src", "kernel-lib/tsconfig.json", "kernel-lib/package.json", "tsconfig.json"],
    made: "kernel-lib/dist/index.js",
    stamp: "kernel-lib/dist/.built",
    commands: [[TSC, "-p", "kernel-lib"]],
  },
  {
    name: "extension",
    sources: [
      "extension/src",
      "extension/style",
      "extension/schema",
      "extension/bundle.mjs",
      "extension/package.json",
      "extension/tsconfig.json",
      "style",
      "kernel-lib/src",
      "tsconfig.json",
    ],
    made: `${EXTENSION_OUT}/package.json`,
    stamp: "extension/lib/.built",
    commands: [
      [TSC, "-p", "extension"],
      [
        "node_modules/@jupyter/builder/lib/build-labextension.js",
        "--core-package-file",
        "node_modules/@jupyterlab/core-meta/core.package.json",
        "extension",
      ],
      ["extension/bundle.mjs"],
    ],
    clean: EXTENSION_OUT,
  },
];

/** Builds what is missing or older than its sources. */
export function ensureBuild() {
  for (const step of STEPS) {
    const wanted = fingerprint(step.sources);
    const stamp = join(ROOT, step.stamp);
    if (existsSync(join(ROOT, step.made)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) continue;
    say(`Building ${step.name}.`);
    if (step.clean) rmSync(join(ROOT, step.clean), { recursive: true, force: true });
    for (const args of step.commands) {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
      if (status === 0) continue;
      process.stderr.write(`${stdout}${stderr}`);
      throw new SetupError(`building ${step.name} failed (${args[0]}; its messages are above).`);
    }
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  }
}

/** Changes when a file is added, removed, or written. */
function fingerprint(sources) {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(ROOT, source);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
          .sort()
      : [path];
    for (const file of files) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await orSay(() => ensureBuild());
