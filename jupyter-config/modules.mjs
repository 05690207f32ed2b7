/** The parts of set-up that concern Node: its version, and whether node_modules holds what the lockfile says. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, SetupError, say } from "./project.mjs";

/** Node below these cannot `require` ES modules, which some dependencies are. */
const OLDEST = { 20: 19, 22: 12 };

/** Throws a sentence when this Node is too old. */
export function ensureNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  const enough = major > 22 || minor >= (OLDEST[major] ?? Number.POSITIVE_INFINITY);
  if (!enough) {
    throw new SetupError(
      `Node ${version}: Patchbay needs Node 20.19 or newer in line 20, or 22.12 and newer. Install one from https://nodejs.org and run the command again.`,
    );
  }
}

/** Runs `npm ci` when node_modules is missing or differs from package-lock.json. */
export function ensureModules() {
  const stale = whyStale();
  if (stale === null) return;
  say(`Installing Node packages (${stale}); this takes about a minute.`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith(".js") ? [process.execPath, [npm, "ci"]] : ["npm", ["ci"]];
  const { status, error } = spawnSync(command, [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    shell: command === "npm" && process.platform === "win32",
  });
  if (error || status !== 0) {
    throw new SetupError(
      "npm ci did not finish (its message is above): see whether the npm registry can be reached, then run the command again.",
    );
  }
}

/** Why node_modules must be made anew, or null. npm writes what it installed into node_modules/.package-lock.json. */
function whyStale() {
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return "there are none yet";
  const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const wanted = read(join(ROOT, "package-lock.json"));
  const have = read(installed);
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) continue;
    // Packages for other systems are in the lockfile and rightly not on this disk.
    if (have[path] === undefined && optional) continue;
    if (have[path]?.version !== version) return `${path.replace(/^.*node_modules\//, "")} is missing or has changed`;
  }
  return null;
}
