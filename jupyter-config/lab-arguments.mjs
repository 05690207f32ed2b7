/** The arguments that JupyterLab is started with. */
import { join } from "node:path";
import { ROOT } from "./project.mjs";

/** Ours, less those that the user gives otherwise (JupyterLab refuses an option that is set twice), then the user's. */
export function labArguments(given, { isRoot = process.getuid?.() === 0 } = {}) {
  const names = new Set(given.map((argument) => argument.replace(/=.*/, "")));
  const sets = (...options) => options.some((option) => names.has(option));
  const namesFile = given.some((argument) => !argument.startsWith("-"));
  const ours = [];
  if (!namesFile && !sets("--ServerApp.root_dir", "--notebook-dir", "--ServerApp.notebook_dir")) {
    ours.push(`--ServerApp.root_dir=${join(ROOT, "notebooks")}`);
    if (!sets("--LabApp.default_url")) ours.push("--LabApp.default_url=/lab/tree/quickstart.ipynb");
  }
  if (isRoot && !sets("--allow-root", "--ServerApp.allow_root")) ours.push("--allow-root");
  return [...ours, ...given];
}
