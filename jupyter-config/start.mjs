/** `npm start`: sets everything up and opens JupyterLab on the quickstart. `npm start -- ARGS` hands ARGS on to JupyterLab. */
import { spawn } from "node:child_process";
import { labArguments } from "./lab-arguments.mjs";
import { say } from "./project.mjs";
import { jupyterEnv, ROOT, setUp, VENV_PYTHON } from "./setup.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

await setUp();
say("Starting JupyterLab on notebooks/quickstart.ipynb; Ctrl+C ends it.");
const lab = spawn(VENV_PYTHON, ["-m", "jupyterlab", ...labArguments(process.argv.slice(2))], {
  cwd: ROOT,
  env: jupyterEnv(),
  stdio: "inherit",
});
// JupyterLab would ask back after Ctrl+C; whoever stopped `npm start` has said so already.
for (const signal of SIGNALS) process.on(signal, () => lab.kill(signal === "SIGINT" ? "SIGTERM" : signal));
lab.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));
