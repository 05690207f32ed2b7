/** What the Hugging Face hub says about a model: its commit and its files, through @huggingface/hub.
 *  The token goes to the endpoint's own origin and nowhere else. */
import { listFiles, modelInfo } from "@huggingface/hub";
import { CheckpointError } from "../errors";
import type { HubName } from "./locate";
import { quoted } from "./safetensors";

export interface HubAccess {
  /** `https://huggingface.co`, or what HF_ENDPOINT says; no slash at the end. */
  endpoint: string;
  token: string | null;
  signal?: AbortSignal;
}

/** A file of the repository's top folder. */
export interface HubFile {
  path: string;
  size: number;
  /** Of the content; the hub knows it for large files. */
  sha256: string | null;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** An answer of the hub's API takes a second; after this the connection is dead. */
const API_TIMEOUT_MS = 60_000;
/** The top folder of a model with 500 shards has about 520 entries. */
const MAX_ENTRIES = 10_000;

/** Endpoint and token from HF_ENDPOINT and HF_TOKEN.
 *  @throws CheckpointError when HF_ENDPOINT is no web address. */
export function hubAccess(env: NodeJS.ProcessEnv = process.env): HubAccess {
  const given = env.HF_ENDPOINT || DEFAULT_ENDPOINT;
  const parsed = URL.canParse(given) ? new URL(given) : null;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:")
    throw new CheckpointError({ thing: "HF_ENDPOINT", value: given, rule: "must be an http or https address" });
  return { endpoint: given.replace(/\/+$/, ""), token: env.HF_TOKEN?.trim() || null };
}

/** A fetch that carries the token to the endpoint's origin only, and gives up when the caller does. */
export function hubFetch(access: HubAccess, timeoutMs: number | null = API_TIMEOUT_MS): typeof fetch {
  const origin = new URL(access.endpoint).origin;
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    headers.set("user-agent", "patchbay");
    if (access.token && url.origin === origin) headers.set("authorization", `Bearer ${access.token}`);
    const signals = [access.signal, init?.signal, timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)];
    return fetch(url, { ...init, headers, signal: AbortSignal.any(signals.filter((s) => s != null)) });
  };
}

/** The commit that a branch or tag points to now. */
export async function resolveCommit(access: HubAccess, { repo, revision }: HubName): Promise<string> {
  const found = await asking(access, `${repo}@${revision}`, () =>
    modelInfo({
      name: repo,
      revision,
      hubUrl: access.endpoint,
      additionalFields: ["sha"],
      fetch: hubFetch(access),
    }),
  );
  if (typeof found.sha === "string" && COMMIT.test(found.sha)) return found.sha;
  throw new CheckpointError({
    thing: `${access.endpoint}: commit of ${repo}@${revision}`,
    value: found.sha ?? null,
    rule: "must be 40 hexadecimal digits",
    wayOut: "This is no Hugging Face hub: check HF_ENDPOINT",
  });
}

/** The files of the repository's top folder at a commit, by name.
 *  @throws CheckpointError when a name would leave the folder or a size is missing. */
export async function listHubFiles(access: HubAccess, repo: string, commit: string): Promise<Map<string, HubFile>> {
  return asking(access, `${repo}@${commit}`, async () => {
    const files = new Map<string, HubFile>();
    let entries = 0;
    const listing = listFiles({ repo, revision: commit, hubUrl: access.endpoint, fetch: hubFetch(access) });
    for await (const entry of listing) {
      if (++entries > MAX_ENTRIES)
        throw new CheckpointError({ thing: `${repo}: number of files`, rule: `must be at most ${MAX_ENTRIES}` });
      checkPath(repo, entry.path);
      if (entry.type !== "file" || entry.path.includes("/")) continue;
      const oid = entry.lfs?.oid?.replace(/^sha256:/, "") ?? null;
      files.set(entry.path, {
        path: entry.path,
        size: checkSize(repo, entry.path, entry.lfs?.size ?? entry.size),
        sha256: oid !== null && SHA256.test(oid) ? oid : null,
      });
    }
    return files;
  });
}

function checkPath(repo: string, path: unknown): void {
  const plain = typeof path === "string" && path !== "" && !path.includes("\\") && !path.includes("\0");
  if (plain && path.split("/").every((part) => part !== "" && part !== "." && part !== "..")) return;
  throw new CheckpointError({
    thing: `${repo}: a file in the hub's listing`,
    value: path,
    rule: "must be a path inside the repository",
    wayOut: "Nothing was fetched: do not trust this hub",
  });
}

function checkSize(repo: string, path: string, size: unknown): number {
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  throw new CheckpointError({
    thing: `${repo}: size of ${quoted(path)}`,
    value: size ?? null,
    rule: "must be a whole number",
    wayOut: "This is no Hugging Face hub: check HF_ENDPOINT",
  });
}

/** Runs a question to the hub; a refusal becomes a sentence. */
async function asking<T>(access: HubAccess, what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    access.signal?.throwIfAborted();
    if (error instanceof CheckpointError) throw error;
    throw hubError(access, what, error);
  }
}

/** An error of the hub or of the network, as a sentence with the way out. */
export function hubError(access: HubAccess, what: string, error: unknown): CheckpointError {
  const status = (error as { statusCode?: unknown }).statusCode;
  const at = `${what} at ${access.endpoint}`;
  if (status === 401)
    return new CheckpointError({
      thing: at,
      rule: "the hub answers 401: no such model, or one that needs a login",
      wayOut: access.token
        ? "Check the name, and that HF_TOKEN is valid"
        : "Check the name; for a private or gated model set HF_TOKEN to a token of yours",
    });
  if (status === 403)
    return new CheckpointError({
      thing: at,
      rule: "the hub answers 403: the model is gated, or the token may not read it",
      wayOut: "Accept its licence on its page, and set HF_TOKEN to a token that may read it",
    });
  if (status === 404)
    return new CheckpointError({
      thing: at,
      rule: "the hub answers 404: no such model or revision",
      wayOut: "Check owner, name and revision (owner/name@revision)",
    });
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  const reason = typeof status === "number" ? `the hub answers ${status}` : (cause ?? (error as Error).message);
  return new CheckpointError({
    thing: at,
    rule: `could not be reached (${reason})`,
    wayOut: "Check the network and HF_ENDPOINT, then give the same command again: it goes on where it stopped",
  });
}
