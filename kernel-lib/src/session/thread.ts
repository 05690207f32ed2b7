/** Starts worker threads, from the built library and from its sources. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Sources bundled so far, by file. */
const bundled = new Map<string, string>();

/** A thread that runs `name` of a folder of this library. The built file lies there. From TypeScript sources, as in our
 *  own tests, there is none: esbuild, which is there wherever the sources are, bundles it in memory.
 *  @example startThread(__dirname, "worker", spec) */
export function startThread(folder: string, name: string, workerData: unknown): Worker {
  const built = join(folder, `${name}.js`);
  if (existsSync(built)) return new Worker(built, { workerData });
  const file = join(folder, `${name}.ts`);
  const source = bundled.get(file) ?? bundle(file);
  bundled.set(file, source);
  return new Worker(source, { workerData, eval: true });
}

function bundle(file: string): string {
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: "node",
    external: ["onnxruntime-node"],
  });
  const modules = join(__dirname, "../../../node_modules");
  return `module.paths.push(${JSON.stringify(modules)});${outputFiles[0].text}`;
}
