/** A name -> a folder with a checkpoint. In this order: a bundled demo (`demo/dpo`), a folder on this disk,
 *  an entry of the Hugging Face cache (`owner/name`, `owner/name@revision`). Nothing is fetched here. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CheckpointError } from "../errors";

/** Names of the bundled checkpoints. */
export const DEMO_NAMES: readonly string[] = ["demo/base", "demo/sft", "demo/dpo"];
/** kernel-lib/demo, seen from kernel-lib/src/checkpoint and from kernel-lib/dist/checkpoint. */
const DEMO_FOLDER = resolve(__dirname, "../../demo");
/** The hub's own rule: letters, digits, `-`, `_`, `.`; no `..`, no `--`, at most 96 characters. */
const HUB_PART = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?$/;
/** Branch, tag, `refs/pr/3` or a commit. */
const REVISION = /^[A-Za-z0-9_](?:[A-Za-z0-9_./-]{0,198}[A-Za-z0-9_])?$/;
const COMMIT = /^[0-9a-f]{40}$/;
/** A ref file holds 40 characters. */
const MAX_REF_BYTES = 256;

/** A hub name in its parts. */
export interface HubName {
  repo: string;
  revision: string;
}

/** `owner/name[@revision]` in its parts, or null where it is no such name.
 *  @example parseHubName("allenai/OLMo-2-0425-1B@main") // { repo: "allenai/OLMo-2-0425-1B", revision: "main" } */
export function parseHubName(name: string): HubName | null {
  const at = name.indexOf("@");
  const repo = at < 0 ? name : name.slice(0, at);
  const revision = at < 0 ? "main" : name.slice(at + 1);
  const parts = repo.split("/");
  const partsFit = parts.length <= 2 && parts.every((part) => HUB_PART.test(part) && !/\.\.|--/.test(part));
  return partsFit && REVISION.test(revision) && !/\.\.|\/\/|\/\./.test(revision) ? { repo, revision } : null;
}

/** The hub's cache folder, as huggingface_hub finds it. */
export function hubCache(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HF_HUB_CACHE) return resolve(env.HF_HUB_CACHE);
  if (env.HF_HOME) return resolve(env.HF_HOME, "hub");
  return resolve(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface", "hub");
}

/** `<cache>/models--owner--name`. */
export function repoFolder(repo: string, cache = hubCache()): string {
  return join(cache, `models--${repo.replace("/", "--")}`);
}

/** The absolute folder of a checkpoint.
 *  @throws CheckpointError that names every place that was looked at.
 *  @example locate("demo/dpo") */
export function locate(name: string): string {
  if (typeof name !== "string")
    throw new CheckpointError({
      thing: "model",
      value: name,
      rule: "must be a name: a demo, a folder or a model in the Hugging Face cache",
      wayOut: 'For example "demo/dpo"',
    });
  if (DEMO_NAMES.includes(name)) return demoFolder(name);
  const folder = resolve(name.startsWith("~/") ? join(homedir(), name.slice(2)) : name);
  if (name !== "" && isFolder(folder)) return folder;
  const hub = parseHubName(name);
  const looked = [`folder ${folder}`];
  if (hub) {
    const found = cached(hub);
    if (found) return found;
    looked.push(`revision ${hub.revision} in ${repoFolder(hub.repo)}`);
  }
  throw new CheckpointError({
    thing: "model",
    value: name,
    names: DEMO_NAMES,
    rule: `must be ${DEMO_NAMES.join(", ")}, a folder or a model in the Hugging Face cache; there is no ${looked.join(" and no ")}`,
    wayOut: name.toLowerCase().startsWith("demo/")
      ? "These demo models come with Patchbay; there are no others"
      : hub?.repo.includes("/")
        ? `Fetch it first: patchbay pull ${name}`
        : "Give a folder with config.json and model.safetensors, or fetch one: patchbay pull owner/name",
  });
}

function demoFolder(name: string): string {
  const folder = join(DEMO_FOLDER, name.slice("demo/".length));
  if (isFolder(folder)) return folder;
  throw new CheckpointError({
    thing: "model",
    value: name,
    rule: `should be bundled in ${folder}, which does not exist`,
    wayOut: "Install Patchbay again",
  });
}

/** The snapshot of a cached revision: the commit itself, or what its ref points to. */
export function cached({ repo, revision }: HubName, cache = hubCache()): string | null {
  const folder = repoFolder(repo, cache);
  const commit = COMMIT.test(revision) ? revision : readRef(join(folder, "refs", revision));
  const snapshot = commit === null ? null : join(folder, "snapshots", commit);
  return snapshot !== null && isFolder(snapshot) ? snapshot : null;
}

function readRef(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > MAX_REF_BYTES) return null;
  const commit = readFileSync(path, "utf8").trim();
  return COMMIT.test(commit) ? commit : null;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
