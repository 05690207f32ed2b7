import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { pull } from "../../kernel-lib/src/checkpoint/pull";
import { type HubServer, startHub } from "../support/hub-server";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const root = temporaryFolder();
const COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
const NAME = "owner/tiny";
let single: Map<string, Uint8Array>;
let sharded: Map<string, Uint8Array>;
let hub: HubServer;
let cache: string;
let n = 0;

function filesOf(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

beforeAll(() => {
  single = filesOf(writeTinyCheckpoint(join(root, "single"), { nLayers: 1, tokenizer: true }));
  sharded = filesOf(writeTinyCheckpoint(join(root, "sharded"), { nLayers: 1, shards: 2 }));
  for (const extra of ["pytorch_model.bin", "modeling_evil.py", "README.md", "optimizer.safetensors"])
    single.set(extra, Buffer.from("never fetched"));
});
beforeEach(async () => {
  cache = join(root, `cache${n++}`);
  hub = await startHub({ repo: NAME, commit: COMMIT, revisions: ["main", "v1"], files: new Map(single) });
  vi.stubEnv("HF_HUB_CACHE", cache);
  vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
  vi.stubEnv("HF_TOKEN", "");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

/** Names of all files below a folder. */
function tree(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
const resolved = () => hub.seen.filter(({ url }) => url.includes("/resolve/"));

describe("pull()", () => {
  test("fetches config, tokenizer and safetensors, nothing else, into the cache's own layout", async () => {
    const progress: number[] = [];
    const { folder, commit, files, bytes } = await pull(NAME, { onProgress: ({ done }) => progress.push(done) });
    expect(commit).toBe(COMMIT);
    expect(folder).toBe(join(cache, "models--owner--tiny", "snapshots", COMMIT));
    expect(readdirSync(folder).sort()).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect([...files].sort()).toEqual(readdirSync(folder).sort());
    expect(bytes).toBe(files.reduce((sum, path) => sum + (single.get(path)?.byteLength ?? 0), 0));
    for (const path of files) expect(readFileSync(join(folder, path)).equals(single.get(path) as Buffer)).toBe(true);
    expect(lstatSync(join(folder, "model.safetensors")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cache, "models--owner--tiny", "refs", "main"), "utf8")).toBe(COMMIT);
    expect(tree(cache).filter((path) => /incomplete|waiting/.test(path))).toEqual([]);
    expect(progress.at(-1)).toBe(single.get("model.safetensors")?.byteLength);
    const checkpoint = await openCheckpoint(NAME);
    expect(checkpoint.fingerprint).toBe((await openCheckpoint(join(root, "single"))).fingerprint);
    expect((await openCheckpoint(`${NAME}@${COMMIT}`)).folder).toBe(checkpoint.folder);
  });

  test("every file is asked for at the commit, and the second time none is", async () => {
    await pull(`${NAME}@v1`);
    expect(resolved().every(({ url }) => url.includes(`/resolve/${COMMIT}/`))).toBe(true);
    hub.seen.length = 0;
    await pull(`${NAME}@v1`);
    expect(resolved()).toEqual([]);
    expect((await openCheckpoint(`${NAME}@v1`)).config.nLayers).toBe(1);
  });

  test("fetches the shards that the index names, over a listing of several pages", async () => {
    hub.behaviour.files = sharded;
    hub.behaviour.pageSize = 1;
    const { files } = await pull(NAME);
    expect(files.filter((path) => path.endsWith(".safetensors"))).toHaveLength(2);
    expect((await openCheckpoint(NAME)).tensors.size).toBe(14);
  });

  test("goes on within one call when connections break", async () => {
    Object.assign(hub.behaviour, { breakAfter: 5000, breaks: 3 });
    await pull(NAME);
    const ranges = resolved()
      .filter(({ url }) => url.endsWith(".safetensors"))
      .map(({ range }) => range);
    expect(ranges).toEqual([null, "bytes=5000-", "bytes=10000-", "bytes=15000-"]);
    expect((await openCheckpoint(NAME)).config.nLayers).toBe(1);
  });

  test("keeps what has come when it is stopped, and the next call goes on from there", async () => {
    Object.assign(hub.behaviour, { breakAfter: 5000, breaks: 1 });
    const stop = new AbortController();
    const stopped = pull(NAME, {
      signal: stop.signal,
      onProgress: ({ file, fileDone }) => {
        if (file === "model.safetensors" && fileDone >= 5000) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(existsSync(join(cache, "models--owner--tiny", "refs", "main"))).toBe(false);
    expect(tree(cache).filter((path) => path.endsWith(".incomplete"))).toHaveLength(1);
    hub.seen.length = 0;
    await pull(NAME);
    expect(resolved().map(({ range }) => range)).toEqual(["bytes=5000-"]);
    expect((await openCheckpoint(NAME)).config.nLayers).toBe(1);
  });

  test("starts again where the server knows no ranges", async () => {
    Object.assign(hub.behaviour, { breakAfter: 5000, breaks: 1, ignoreRange: true });
    await pull(NAME);
    expect((await openCheckpoint(NAME)).config.nLayers).toBe(1);
  });

  test("gives the token to the hub, never to where it redirects or says that the next page is", async () => {
    Object.assign(hub.behaviour, { token: "hf_secret", redirect: true, strayPages: true, pageSize: 3 });
    vi.stubEnv("HF_TOKEN", "hf_secret");
    await pull(NAME);
    const store = hub.seen.filter(({ origin }) => origin === "store");
    expect(store.length).toBeGreaterThan(1);
    expect(store.every(({ authorization }) => authorization === null)).toBe(true);
  });
});

describe("pull() refuses, and leaves no snapshot:", () => {
  afterEach(() => {
    expect(existsSync(join(cache, "models--owner--tiny", "refs"))).toBe(false);
    expect(existsSync(join(cache, "models--owner--tiny", "snapshots"))).toBe(false);
  });
  const changed = (path: string, change: Record<string, unknown>) => {
    hub.behaviour.listing = (entries) =>
      entries.map((entry) => (entry.path === path ? { ...entry, ...change } : entry));
  };

  test("bytes of the wrong hash, which are removed", async () => {
    const size = single.get("model.safetensors")?.byteLength;
    changed("model.safetensors", { lfs: { oid: "0".repeat(64), size, pointerSize: 134 } });
    await expect(pull(NAME)).rejects.toThrow(/model.safetensors: sha256 is "[0-9a-f]{64}", must be 0{64}/);
    expect(tree(cache).some((path) => path.includes("0".repeat(64)))).toBe(false);
  });

  test("a file longer than listed", async () => {
    changed("model.safetensors", { lfs: { oid: "0".repeat(64), size: 100, pointerSize: 134 } });
    await expect(pull(NAME)).rejects.toThrow(/model.safetensors: is longer than the 100 bytes that the hub lists/);
  });

  test("a file shorter than listed", async () => {
    changed("config.json", { size: 1_000_000 });
    await expect(pull(NAME)).rejects.toThrow(/config.json: ended after \d+ of the 1000000 bytes that the hub lists/);
  });

  test("more bytes than the disk has", async () => {
    changed("model.safetensors", { lfs: { oid: "0".repeat(64), size: 2 ** 52, pointerSize: 134 } });
    await expect(pull(NAME)).rejects.toThrow(/free space is \d+, must be at least the 4503599627370496 bytes/);
  });

  test.each(["../../evil.json", "/etc/evil.json", "a/../../evil.safetensors", "..\\evil.json", ""])(
    "a listing with the name %j",
    async (path) => {
      hub.behaviour.listing = (entries) => [...entries, { type: "file", oid: "1", size: 4, path }];
      await expect(pull(NAME)).rejects.toThrow(/a file in the hub's listing is .*, must be a path inside/);
      expect(tree(cache)).toEqual([]);
      expect(existsSync(join(root, "evil.json"))).toBe(false);
    },
  );

  test("an index that leads out of the folder", async () => {
    hub.behaviour.files = new Map(sharded);
    const index = { weight_map: { "model.norm.weight": "../../../evil.safetensors" } };
    hub.behaviour.files.set("model.safetensors.index.json", Buffer.from(JSON.stringify(index)));
    await expect(pull(NAME)).rejects.toThrow(/must be the plain name of a .safetensors file/);
  });

  test("an index that names a shard that is not there", async () => {
    hub.behaviour.files = new Map(sharded);
    hub.behaviour.files.delete("model-00002-of-00002.safetensors");
    await expect(pull(NAME)).rejects.toThrow(/model-00002-of-00002.safetensors: is not in the repository/);
  });

  test("a repository without safetensors, before fetching its weights", async () => {
    hub.behaviour.files.delete("model.safetensors");
    await expect(pull(NAME)).rejects.toThrow(/is not in the repository \(it has pytorch_model.bin/);
    expect(resolved().some(({ url }) => url.includes(".bin"))).toBe(false);
  });

  test("an architecture that is not supported, before fetching its weights", async () => {
    hub.behaviour.files.set("config.json", Buffer.from('{"model_type":"mamba"}'));
    await expect(pull(NAME)).rejects.toThrow(/model_type is "mamba", must be one of/);
    expect(resolved()).toHaveLength(1);
  });

  test.each([
    [401, /the hub answers 401: no such model, or one that needs a login. .*HF_TOKEN/],
    [403, /the hub answers 403: the model is gated/],
    [404, /the hub answers 404: no such model or revision/],
    [500, /could not be reached \(the hub answers 500\)/],
  ])("an answer of %d", async (status, message) => {
    hub.behaviour.status = status;
    await expect(pull(NAME)).rejects.toThrow(message);
  });

  test("a revision that does not exist", async () => {
    await expect(pull(`${NAME}@v9`)).rejects.toThrow(/owner\/tiny@v9 at .* 404/);
  });

  test.each(["tiny", "owner/tiny@../x", "../x", "owner/na me", ""])("the name %j", async (name) => {
    await expect(pull(name)).rejects.toThrow(/model to pull is .*, must be owner\/name/);
  });

  test("a hub that is not there, and an address that is none", async () => {
    await expect(pull(NAME, { endpoint: "http://127.0.0.1:9" })).rejects.toThrow(/could not be reached .*HF_ENDPOINT/);
    await expect(pull(NAME, { endpoint: "file:///etc" })).rejects.toThrow(
      /HF_ENDPOINT is "file:\/\/\/etc", must be an http/,
    );
  });
});

test("a partial file that is longer than the file is thrown away", async () => {
  mkdirSync(join(cache, "models--owner--tiny", "blobs"), { recursive: true });
  Object.assign(hub.behaviour, { breakAfter: 10, breaks: 1 });
  const stop = new AbortController();
  const onProgress = ({ fileDone }: { fileDone: number }) => (fileDone === 10 ? stop.abort() : undefined);
  await expect(pull(NAME, { signal: stop.signal, onProgress })).rejects.toThrow();
  const [partial] = tree(cache).filter((path) => path.endsWith(".incomplete"));
  writeFileSync(partial, new Uint8Array(1_000_000));
  await expect(pull(NAME)).rejects.toThrow(/bytes received is 1000000, must be at most/);
  await pull(NAME);
  expect((await openCheckpoint(NAME)).config.nLayers).toBe(1);
});
