/** The extension as JupyterLab sees it: in this project's environment, and as a wheel in a fresh one that has no Node. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findPython } from "../../jupyter-config/python.mjs";
import { ensureVenv, jupyterEnv, ROOT, VENV_PYTHON } from "../../jupyter-config/setup.mjs";
import { openNotebook, SCRATCH, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { heatmap, notebook } from "./stored.mjs";

/** What pip says when it has no index to ask; then there is nothing to build a wheel with. */
const NO_INDEX =
  /No matching distribution|Could not find a version|NewConnectionError|Temporary failure|ConnectionError/;

const run = (command, args, env = process.env) => spawnSync(command, args, { cwd: ROOT, encoding: "utf8", env });
const said = ({ stdout, stderr }) => `${stdout}${stderr}`;

test("`jupyter labextension list` says OK", () => {
  ensureVenv();
  const listed = run(VENV_PYTHON, ["-m", "jupyter", "labextension", "list"], jupyterEnv());
  assert.equal(listed.status, 0, said(listed));
  assert.match(said(listed), /@patchbay\/jupyterlab v[\d.]+.*enabled.*OK/);
});

describe("the wheel", () => {
  let folder;
  let python;
  /** Nothing of this project, no Node, no settings of the user's. */
  let env;
  let why = "";

  before(() => {
    ensureVenv();
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, "wheel-"));
    const [command, ...args] = findPython();
    const venv = run(command, [...args, "-m", "venv", join(folder, "venv")]);
    assert.equal(venv.status, 0, said(venv));
    const bin = join(folder, "venv/bin");
    python = join(bin, "python");
    env = { HOME: folder, PATH: bin, LANG: "C.UTF-8" };
    // Building asks an index for hatchling, by whatever settings pip has here.
    const built = run(python, [
      "-m",
      "pip",
      "wheel",
      "--quiet",
      "--no-deps",
      "--wheel-dir",
      folder,
      join(ROOT, "extension"),
    ]);
    if (built.status !== 0 && NO_INDEX.test(said(built)))
      why = "pip reaches no package index, so no wheel can be built";
    else assert.equal(built.status, 0, said(built));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("holds the built extension, its settings and the parts of pages", (t) => {
    if (why) return t.skip(why);
    const [wheel] = readdirSync(folder).filter((name) => name.endsWith(".whl"));
    const list = run(python, ["-m", "zipfile", "--list", join(folder, wheel)], env).stdout;
    for (const part of ["static/remoteEntry", "schemas/@patchbay/jupyterlab/plugin.json", "page.json", "install.json"])
      assert.ok(list.includes(part), `${part} is not in the wheel:\n${list}`);
  });

  test("installs where there is no Node, is listed as OK, and draws", async (t) => {
    if (why) return t.skip(why);
    const [wheel] = readdirSync(folder).filter((name) => name.endsWith(".whl"));
    const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", join(folder, wheel)];
    const installed = run(python, args, env);
    assert.equal(installed.status, 0, said(installed));
    assert.equal(run(python, ["-c", "import shutil; print(shutil.which('node'))"], env).stdout.trim(), "None");
    // JupyterLab comes from this project's environment, so that it need not be downloaded again; its prefix is the fresh one's.
    const site = (interpreter) =>
      run(interpreter, ["-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"], env).stdout.trim();
    writeFileSync(join(site(python), "lab.pth"), `${site(VENV_PYTHON)}\n`);
    const listed = run(python, ["-m", "jupyterlab.labextensions", "list"], env);
    assert.match(said(listed), /@patchbay\/jupyterlab v[\d.]+.*enabled.*OK.*\(python, patchbay-jupyterlab\)/);
    assert.ok(said(listed).includes(join(folder, "venv/share/jupyter/labextensions")), said(listed));

    const lab = await startLab({ notebooks: { "one.ipynb": notebook([heatmap({ id: "one" })]) }, python, env });
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await openNotebook(page, lab, "one.ipynb");
      await withoutKernel(page);
      await page.locator(".pb-view .pb-picture svg").first().waitFor();
      await page.locator(".pb-view").getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: /HTML/ }).click(),
      ]);
      assert.match(download.suggestedFilename(), /\.html$/);
      assert.deepEqual(page.errors, []);
    } finally {
      await browser.stop();
      await lab.stop();
    }
  });
});
