/** The parts of set-up that concern Python: a project-local .venv that holds the pinned JupyterLab. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, SetupError, say } from "./project.mjs";

const VENV = join(ROOT, ".venv");
const REQUIREMENTS = join(ROOT, "jupyter-config/requirements.txt");
/** Written last, holds the hash of the requirements: without it an interrupted set-up starts again. */
const STAMP = join(VENV, "patchbay-requirements.sha256");
const WINDOWS = process.platform === "win32";
const BIN = join(VENV, WINDOWS ? "Scripts" : "bin");

/** The interpreter that runs JupyterLab. */
export const VENV_PYTHON = join(BIN, WINDOWS ? "python.exe" : "python");

/** Makes the environment, once for each state of requirements.txt. */
export function ensureVenv() {
  const wanted = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex");
  const have = existsSync(STAMP) && existsSync(VENV_PYTHON) ? readFileSync(STAMP, "utf8") : null;
  if (have === wanted) return;
  const python = findPython();
  say(`Installing JupyterLab into .venv with ${python.join(" ")}; this takes up to two minutes, once.`);
  rmSync(VENV, { recursive: true, force: true });
  if (!withUv(python)) withPip(python);
  writeFileSync(STAMP, wanted);
}

/** The first Python of at least 3.10, as command and arguments. PATCHBAY_PYTHON names one by hand. */
export function findPython() {
  const named = process.env.PATCHBAY_PYTHON;
  const candidates = named ? [[named]] : [["python3"], ["python"], ...(WINDOWS ? [["py", "-3"]] : [])];
  let found = null;
  for (const candidate of candidates) {
    const { status, stdout } = run([...candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (status !== 0) continue;
    const [major, minor] = stdout.trim().split(".").map(Number);
    if (major === 3 && minor >= 10) return candidate;
    found ??= `${candidate.join(" ")} is Python ${stdout.trim()}`;
  }
  throw new SetupError(
    found
      ? `${found}: JupyterLab needs Python 3.10 or newer; install one, or name one by PATCHBAY_PYTHON=/path/to/python3, and run the command again.`
      : `${named ? `PATCHBAY_PYTHON=${named} does not start` : "No Python was found"}: JupyterLab needs Python 3.10 or newer; install it (Debian, Ubuntu: sudo apt install python3 python3-venv; or https://www.python.org) and run the command again.`,
  );
}

/** uv does in seconds what takes pip a minute; used when it is on PATH. Its cache and index are the user's own. */
function withUv(python) {
  if (run(["uv", "--version"]).status !== 0) return false;
  const made =
    run(["uv", "venv", "--quiet", "--python", ...python.slice(0, 1), VENV]).status === 0 &&
    run(["uv", "pip", "install", "--quiet", "--python", VENV_PYTHON, "-r", REQUIREMENTS]).status === 0;
  if (!made) rmSync(VENV, { recursive: true, force: true });
  return made;
}

function withPip(python) {
  if (run([...python, "-c", "import venv, ensurepip"]).status !== 0) {
    throw new SetupError(
      `${python.join(" ")} lacks the venv module: install it (Debian, Ubuntu: sudo apt install python3-venv) and run the command again.`,
    );
  }
  const made = run([...python, "-m", "venv", VENV]);
  if (made.status !== 0) throw new SetupError(`${python.join(" ")} -m venv .venv did not work: ${lastLine(made)}`);
  const pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  // A uv inside the environment, where there is one for this system; it reads no pip settings, so pip may still be needed.
  const uv = join(BIN, WINDOWS ? "uv.exe" : "uv");
  if (run([...pip, "uv"]).status === 0) {
    if (run([uv, "pip", "install", "--quiet", "--python", VENV_PYTHON, "-r", REQUIREMENTS]).status === 0) return;
  }
  const installed = run([...pip, "-r", REQUIREMENTS]);
  if (installed.status !== 0) {
    throw new SetupError(
      `pip could not install JupyterLab (${lastLine(installed)}): see whether the Python package index can be reached, then run the command again.`,
    );
  }
}

/** Runs a command to its end; a command that does not exist has status null. */
function run([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return { status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

const lastLine = ({ stderr, stdout }) => (stderr || stdout).trim().split("\n").at(-1);
