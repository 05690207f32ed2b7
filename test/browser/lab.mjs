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

/** Waits for something, but no longer than that; leaves no timer behind that would keep the process. */
const atMost = (ms, promise) => {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** What JupyterLab says of a port that somebody took between its being found free and its being listened on. */
const PORT_TAKEN = /port \d+ is already in use|no available port/i;

/** Starts JupyterLab on a scratch folder.
 *  @param notebooks file names to notebooks (objects), beside a copy of the project's own
 *  @param extension false: a JupyterLab that knows nothing of Patchbay
 *  @param python interpreter of another environment, with its own `env` */
export async function startLab(options = {}) {
  for (let others = 2; ; others--) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (others === 0 || !PORT_TAKEN.test(error.message)) throw error;
    }
  }
}

async function startOnce({ notebooks = {}, extension = true, python = VENV_PYTHON, env: given = null }) {
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
    await atMost(5_000, ended);
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
    if (server.exitCode !== null || server.signalCode !== null) {
      await stop();
      throw new Error(`JupyterLab ended by itself:\n${log}`);
    }
    const answer = await fetch(`${url}/api?token=${TOKEN}`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    // Its own word: on a port that was taken, somebody else's server would answer as well.
    if (answer?.ok && log.includes(`127.0.0.1:${port}/`)) break;
    if (Date.now() > until) {
      await stop();
      throw new Error(`JupyterLab did not answer:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, root, stop, log: () => log, read: (name) => JSON.parse(readFileSync(join(root, name), "utf8")) };
}

/** Missing files (a favicon, a source map) are the server's business, and what a kernel still sends to a page that is
 *  gone is nobody's: a minute after a page was left its comms are closed. */
const NOT_OURS = /Failed to load resource|^Comm not found for comm id/;

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
    page.setDefaultTimeout(PATIENCE);
    page.errors = [];
    page.on("pageerror", (error) => page.errors.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !NOT_OURS.test(message.text())) page.errors.push(message.text());
    });
    return page;
  };
  // A browser whose crash handler outlives it never reports its end; closing has done its work long before.
  const stop = () => atMost(5_000, browser.close());
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
  await page.waitForFunction((name) => document.body.dataset.jpThemeName === name, theme);
  await atRest(page);
}

/** The longest of the short timers of a widget: a theme's styles (250), speech (300), marks that are kept (400), the end
 *  of a burst of small changes (500). */
const SHORT_TIMERS_MS = 500;

/** Waits until the short timers that run in the widgets now have ended, and all that they set off. A page ends its timers
 *  in the order in which they are due: one that is set now, and as long as the longest, ends after all of them. */
export async function atRest(page) {
  await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SHORT_TIMERS_MS);
  await settled(page);
}

/** Waits until nothing of ours changes, moves or scrolls any more, for some frames on end: a busy machine has longer ones.
 *  @throws Error when that never comes */
export const settled = (page) =>
  page.evaluate(
    (patience) =>
      new Promise((resolve, reject) => {
        const OURS = ".pb-view, .pb-workbench, .pb-document";
        const isOurs = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(OURS);
        const holdsOurs = (node) => node instanceof Element && (node.matches(OURS) || node.querySelector(OURS));
        let quiet = 0;
        const scrolled = () => {
          quiet = 0;
        };
        const observer = new MutationObserver((records) => {
          const ours = ({ target, addedNodes, removedNodes }) =>
            isOurs(target) || [...addedNodes, ...removedNodes].some(holdsOurs);
          if (records.some(ours)) quiet = 0;
        });
        observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        document.addEventListener("scroll", scrolled, true);
        const end = (done) => {
          clearTimeout(late);
          observer.disconnect();
          document.removeEventListener("scroll", scrolled, true);
          done();
        };
        let waiting = true;
        const late = setTimeout(() => {
          waiting = false;
          end(() => reject(new Error(`the page did not come to rest within ${patience} ms`)));
        }, patience);
        const frame = () => {
          if (!waiting) return;
          const moves = document.getAnimations().some(({ effect }) => isOurs(effect?.target ?? null));
          quiet = moves ? 0 : quiet + 1;
          if (quiet < 8) requestAnimationFrame(frame);
          else end(resolve);
        };
        requestAnimationFrame(frame);
      }),
    PATIENCE,
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
