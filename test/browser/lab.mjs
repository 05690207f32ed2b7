/** A real JupyterLab and a real Chromium for tests: own folders for settings, runtime and notebooks, so that nothing
 *  of the user's is read or changed; everything ends with `stop`. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ensureVenv, jupyterEnv, ROOT, VENV_PYTHON } from "../../jupyter-config/setup.mjs";

export const SCRATCH = join(ROOT, "test/.scratch");
const TOKEN = "patchbay-test";
const BROWSERS = [
  process.env.PATCHBAY_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const BROWSER_ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Most patience for anything; two busy processors are slow. */
export const PATIENCE = 60_000;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts JupyterLab on a scratch folder.
 *  @param notebooks file names to notebooks (objects), beside a copy of the project's own
 *  @param extension false: a JupyterLab that knows nothing of Patchbay
 *  @param python interpreter of another environment, with its own `env` */
export async function startLab({ notebooks = {}, extension = true, python = VENV_PYTHON, env: given = null } = {}) {
  ensureVenv();
  mkdirSync(SCRATCH, { recursive: true });
  const home = mkdtempSync(join(SCRATCH, "lab-"));
  const root = join(home, "root");
  mkdirSync(root);
  const own = join(ROOT, "notebooks");
  if (existsSync(own))
    for (const name of readdirSync(own)) if (name.endsWith(".ipynb")) cpSync(join(own, name), join(root, name));
  for (const [name, content] of Object.entries(notebooks)) writeFileSync(join(root, name), JSON.stringify(content));

  const port = await freePort();
  const env = given ?? (extension ? jupyterEnv() : { ...process.env });
  const folder = (name) => join(home, name);
  const server = spawn(
    python,
    [
      "-m",
      "jupyterlab",
      "--no-browser",
      "--allow-root",
      "--expose-app-in-browser",
      "--ip=127.0.0.1",
      `--port=${port}`,
      "--port-retries=0",
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${root}`,
    ],
    {
      env: {
        ...env,
        JUPYTER_RUNTIME_DIR: folder("runtime"),
        JUPYTER_CONFIG_DIR: folder("config"),
        JUPYTER_DATA_DIR: folder("data"),
        JUPYTERLAB_SETTINGS_DIR: folder("settings"),
        JUPYTERLAB_WORKSPACES_DIR: folder("workspaces"),
        IPYTHONDIR: folder("ipython"),
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: kernels that the server leaves behind end with it.
      detached: true,
    },
  );
  let log = "";
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (text) => {
      log = (log + text).slice(-20_000);
    });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    try {
      process.kill(-server.pid, "SIGKILL");
    } catch {
      // Everything of the group has ended by itself.
    }
    server.stdout.destroy();
    server.stderr.destroy();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const until = Date.now() + PATIENCE;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`JupyterLab ended by itself:\n${log}`);
    const answer = await fetch(`${url}/api?token=${TOKEN}`).catch(() => null);
    if (answer?.ok) break;
    if (Date.now() > until) {
      await stop();
      throw new Error(`JupyterLab did not answer:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, root, stop, log: () => log, read: (name) => JSON.parse(readFileSync(join(root, name), "utf8")) };
}

/** Starts the browser; `page.errors` gathers what went wrong in the page. */
export async function startBrowser() {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error(
      "No Chromium was found: install one (Debian: apt install chromium) or name it by PATCHBAY_CHROMIUM.",
    );
  const browser = await chromium.launch({ executablePath, headless: true, args: BROWSER_ARGS });
  const newPage = async (options = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.errors = [];
    page.on("pageerror", (error) => page.errors.push(error.stack ?? error.message));
    page.on("console", (message) => {
      // Missing files (a favicon, a source map) are the server's business; broken code is ours.
      if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
        page.errors.push(message.text());
    });
    return page;
  };
  // A browser whose crash handler outlives it never reports its end; closing has done its work long before.
  const stop = () => Promise.race([browser.close(), new Promise((resolve) => setTimeout(resolve, 5_000))]);
  return { newPage, stop };
}

/** Opens a notebook in JupyterLab and waits until its cells stand. */
export async function openNotebook(page, lab, name) {
  await page.goto(`${lab.url}/lab/tree/${name}?reset&token=${TOKEN}`);
  await page.waitForSelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell");
}

/** Puts the "Select Kernel" question aside: the notebook is read without one. */
export async function withoutKernel(page) {
  await page.waitForSelector(".jp-Dialog");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".jp-Dialog", { state: "detached" });
}

export const command = (page, id, args = {}) =>
  page.evaluate(
    async ([id, args]) => {
      await window.jupyterapp.commands.execute(id, args);
    },
    [id, args],
  );

/** Changes JupyterLab's theme, and waits until it stands and everything of ours is drawn in it. */
export async function setTheme(page, theme) {
  await command(page, "apputils:change-theme", { theme });
  await page.waitForFunction((name) => document.body.dataset.jpThemeName === name, theme, { timeout: PATIENCE });
  await settled(page);
}

/** Waits until nothing of ours changes or moves any more, for some frames on end: a busy machine has longer ones. */
export const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const OURS = ".pb-view, .pb-workbench, .pb-document";
        const isOurs = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(OURS);
        let quiet = 0;
        const observer = new MutationObserver((records) => {
          if (records.some(({ target }) => isOurs(target))) quiet = 0;
        });
        observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        const frame = () => {
          const moves = document.getAnimations().some(({ effect }) => isOurs(effect?.target ?? null));
          quiet = moves ? 0 : quiet + 1;
          if (quiet < 8) return requestAnimationFrame(frame);
          observer.disconnect();
          resolve();
        };
        requestAnimationFrame(frame);
      }),
  );

/** A picture for people, kept in test/.scratch/browser. */
export async function picture(target, name) {
  mkdirSync(join(SCRATCH, "browser"), { recursive: true });
  await target.screenshot({ path: join(SCRATCH, "browser", `${name}.png`) });
}

/** The view's state as others see it. */
export const waitForState = (page, selector, ...states) =>
  page.waitForFunction(
    ([selector, states]) => states.includes(document.querySelector(selector)?.dataset.state),
    [selector, states],
  );
