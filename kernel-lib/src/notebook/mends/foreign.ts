/** `import "patchbay"` from a folder that has no node_modules: compiler and `require` are both shown ours, as if it were
 *  installed beside the notebook. A copy that the folder does have is left alone. */
import { createRequire, Module } from "node:module";
import { dirname, join } from "node:path";

/** tslab's own TypeScript; the calls by which it reads files. */
interface System {
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  readFile(path: string, encoding?: string): string | undefined;
  readDirectory(path: string, ...rest: unknown[]): string[];
  getDirectories(path: string): string[];
  realpath(path: string): string;
}

/** Offers the package in `packageFolder` to notebooks in `cwd`. `tslabFolder` is tslab's `dist`. */
export function offerPackage(packageFolder: string, cwd: string, tslabFolder: string): void {
  try {
    createRequire(join(cwd, "notebook.js")).resolve("patchbay"); // our own `require` would always find us
    return; // the folder has its own
  } catch {
    // None of its own: go on.
  }
  const modules = `${cwd.replace(/\\/g, "/").replace(/\/$/, "")}/node_modules`;
  const shown = new Map([[`${modules}/patchbay`, packageFolder.replace(/\\/g, "/")]]);
  const types = nodeTypes(packageFolder);
  if (types !== null) shown.set(`${modules}/@types`, types);
  showToCompiler(modules, shown, tslabFolder);
  showToRequire(packageFolder);
}

/** The `@types` folder with Node's declarations that Patchbay sees; without them `process` and `require` would be unknown. */
function nodeTypes(packageFolder: string): string | null {
  try {
    const file = require.resolve("@types/node/package.json", { paths: [packageFolder] });
    return dirname(dirname(file)).replace(/\\/g, "/");
  } catch {
    return null;
  }
}

function showToCompiler(modules: string, shown: ReadonlyMap<string, string>, tslabFolder: string): void {
  const file = require.resolve("@tslab/typescript-for-tslab", { paths: [tslabFolder] });
  const { sys } = require(file) as { sys: System };
  const real = (path: string): string => {
    for (const [from, to] of shown) {
      if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
    }
    return path;
  };
  const { fileExists, directoryExists, readFile, readDirectory, getDirectories, realpath } = sys;
  sys.fileExists = (path) => fileExists.call(sys, real(path));
  sys.directoryExists = (path) => path === modules || directoryExists.call(sys, real(path));
  sys.readFile = (path, encoding) => readFile.call(sys, real(path), encoding);
  sys.readDirectory = (path, ...rest) => readDirectory.call(sys, real(path), ...rest);
  sys.getDirectories = (path) => getDirectories.call(sys, real(path));
  sys.realpath = (path) => realpath.call(sys, real(path));
}

function showToRequire(packageFolder: string): void {
  const loader = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
  const resolve = loader._resolveFilename;
  const { exports } = require(join(packageFolder, "package.json")) as { exports: Record<string, { default?: string }> };
  loader._resolveFilename = function (request, ...rest) {
    const path =
      request === "patchbay" || request.startsWith("patchbay/") ? `.${request.slice("patchbay".length)}` : null;
    const target = path === null ? undefined : exports[path]?.default;
    return target === undefined ? resolve.call(this, request, ...rest) : join(packageFolder, target);
  };
}
