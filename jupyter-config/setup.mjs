/** All set-up for `npm start`, `npm test` and `npm run demo`: says what it does, does it once, and ends in one sentence
 *  when something is missing. A second run only looks. */
import { delimiter, dirname, join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { ensureModules, ensureNode } from "./modules.mjs";
import { orSay, ROOT } from "./project.mjs";
import { ensureVenv, VENV_PYTHON } from "./python.mjs";

export { ensureBuild, ensureModules, ensureNode, ensureVenv, ROOT, VENV_PYTHON };

/** Everything that JupyterLab with Patchbay needs. */
export function setUp() {
  return orSay(() => {
    ensureNode();
    ensureModules();
    ensureVenv();
    ensureBuild();
  });
}

/** The library alone, for commands that need no JupyterLab. */
export function setUpLibrary() {
  return orSay(() => {
    ensureNode();
    ensureModules();
    ensureBuild();
  });
}

/** Environment in which JupyterLab finds kernelspec, extension and settings where they lie in the project. */
export function jupyterEnv(env = process.env) {
  const first = (path, rest) => [path, ...(rest ? [rest] : [])].join(delimiter);
  return {
    ...env,
    JUPYTER_PATH: first(join(ROOT, "jupyter-config/share"), env.JUPYTER_PATH),
    JUPYTER_CONFIG_PATH: first(join(ROOT, "jupyter-config/etc"), env.JUPYTER_CONFIG_PATH),
    // The kernelspec says `node`: the one that made node_modules, not another that stands earlier on PATH.
    PATH: first(dirname(process.execPath), env.PATH),
  };
}
