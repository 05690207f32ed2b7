/** `npm start`: sets everything up and opens JupyterLab on the quickstart. `npm start -- ARGS` hands ARGS on to JupyterLab. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { say } from "./project.mjs";
import { jupyterEnv, ROOT, setUp, VENV_PYTHON } from "./setup.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

const given = process.argv.slice(2);
await setUp();
say("Starting JupyterLab on notebooks/quickstart.ipynb; Ctrl+C ends it.");
const lab = spawn(VENV_PYTHON, ["-m", "jupyterlab", ...defaults(given), ...given], {
  cwd: ROOT,
  env: jupyterEnv(),
  stdio: "inherit",
});
// JupyterLab would ask back after Ctrl+C; whoever stopped `npm start` has said so already.
for (const signal of SIGNALS) process.on(signal, () => lab.kill(signal === "SIGINT" ? "SIGTERM" : signal));
lab.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));

/** Our arguments, less those that the user gives otherwise: JupyterLab refuses an option that is set twice. */
function defaults(args) {
  const names = new Set(args.map((arg) => arg.replace(/=.*/, "").replace(/^--no-/, "--")));
  const sets = (...options) => options.some((option) => names.has(option));
  const file = args.some((arg) => !arg.startsWith("-"));
  const ours = [];
  if (!file && !sets("--ServerApp.root_dir", "--notebook-dir", "--ServerApp.notebook_dir")) {
    ours.push(`--ServerApp.root_dir=${join(ROOT, "notebooks")}`);
    if (!sets("--LabApp.default_url")) ours.push("--LabApp.default_url=/lab/tree/quickstart.ipynb");
  }
  if (process.getuid?.() === 0 && !sets("--allow-root")) ours.push("--allow-root");
  return ours;
}
