/** What `npm start` sets up, and what it says where something is missing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { labArguments } from "../../jupyter-config/lab-arguments.mjs";
import { findPython } from "../../jupyter-config/python.mjs";
import { ensureNode, jupyterEnv, ROOT, VENV_PYTHON } from "../../jupyter-config/setup.mjs";

/** A sentence that says what is wrong and what to do. */
const SENTENCE = /^[^\n]{40,}\.$/;

test("ensureNode() takes the versions that can require ES modules, and says so of others", () => {
  for (const version of ["20.19.0", "20.20.2", "22.12.0", "24.1.0"]) ensureNode(version);
  for (const version of ["18.20.0", "20.18.3", "21.7.0", "22.11.0"]) {
    assert.throws(() => ensureNode(version), { message: new RegExp(`^Node ${version}: .*\\.$`) });
  }
});

test("without a usable Python there is one sentence", () => {
  const { PATH, PATCHBAY_PYTHON } = process.env;
  try {
    process.env.PATCHBAY_PYTHON = "/no/such/python";
    assert.throws(findPython, { message: /^PATCHBAY_PYTHON=\/no\/such\/python does not start: .*\.$/ });
    process.env.PATCHBAY_PYTHON = "";
    process.env.PATH = "/nowhere";
    assert.throws(findPython, { message: SENTENCE });
  } finally {
    process.env.PATH = PATH;
    if (PATCHBAY_PYTHON === undefined) delete process.env.PATCHBAY_PYTHON;
    else process.env.PATCHBAY_PYTHON = PATCHBAY_PYTHON;
  }
});

test("JupyterLab opens the quickstart; arguments are handed on, and none is given twice", () => {
  const notebooks = `--ServerApp.root_dir=${join(ROOT, "notebooks")}`;
  const quickstart = "--LabApp.default_url=/lab/tree/quickstart.ipynb";
  const asked = ["--no-browser", "--port=8899", "--IdentityProvider.token=x"];
  assert.deepEqual(labArguments(asked, { isRoot: false }), [notebooks, quickstart, ...asked]);
  assert.deepEqual(labArguments([], { isRoot: true }), [notebooks, quickstart, "--allow-root"]);
  assert.deepEqual(labArguments(["--allow-root", "other.ipynb"], { isRoot: true }), ["--allow-root", "other.ipynb"]);
  const elsewhere = ["--ServerApp.root_dir=/data"];
  assert.deepEqual(labArguments(elsewhere, { isRoot: false }), elsewhere);
});

test("Jupyter finds the kernelspec where it lies, and its launcher is there", () => {
  const { stdout } = spawnSync(VENV_PYTHON, ["-m", "jupyter", "kernelspec", "list", "--json"], {
    env: jupyterEnv(),
    encoding: "utf8",
  });
  const { spec, resource_dir } = JSON.parse(stdout).kernelspecs.patchbay;
  assert.equal(spec.display_name, "TypeScript (Patchbay)");
  assert.ok(existsSync(resolve(spec.argv[1].replace("{resource_dir}", resource_dir))));
});

test("nbclient runs cells in that kernel, and a failing cell fails the notebook", () => {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-nbclient-"));
  const run = (source) => {
    const cell = { cell_type: "code", id: "a", execution_count: null, metadata: {}, outputs: [], source };
    const kernelspec = { name: "patchbay", display_name: "TypeScript (Patchbay)", language: "typescript" };
    const notebook = { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, "cells.ipynb"), JSON.stringify(notebook));
    return spawnSync(VENV_PYTHON, ["-m", "jupyter", "execute", "cells.ipynb"], {
      cwd: folder,
      env: jupyterEnv(),
      encoding: "utf8",
    });
  };
  try {
    const good = run('import * as pb from "patchbay"; console.log(typeof pb.show)');
    assert.equal(good.status, 0, good.stderr);
    const bad = run('throw new RangeError("boom")');
    assert.notEqual(bad.status, 0);
    assert.match(bad.stderr, /RangeError: boom/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
