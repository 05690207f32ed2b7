/** `patchbay pull owner/name[@revision]`: a checkpoint from the hub into the Hugging Face cache, in the layout
 *  that huggingface_hub writes (blobs by SHA-256, snapshots by commit, refs by branch), so that either finds
 *  what the other fetched. Only safetensors, config and tokenizer files are ever fetched: nothing that a
 *  program could run. The config is read first, so an unsupported model costs no download. */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { CheckpointError } from "../errors";
import { parseConfig } from "./config";
import { download } from "./download";
import { CONFIG_LIMITS, readJsonFile } from "./files";
import { type HubAccess, type HubFile, hubAccess, listHubFiles, resolveCommit } from "./hub";
import { type HubName, hubCache, parseHubName, repoFolder } from "./locate";
import { INDEX, readIndex, SINGLE } from "./shards";

const CONFIG = "config.json";
/** Fetched where the repository has them. */
const SMALL_FILES = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
];

export interface PullProgress {
  file: string;
  /** Bytes that are there, of this file and of all files of this step. */
  fileDone: number;
  fileTotal: number;
  done: number;
  total: number;
}
export interface PullOptions {
  /** Default: HF_ENDPOINT and HF_TOKEN. */
  endpoint?: string;
  token?: string;
  /** Default: the Hugging Face cache. */
  cache?: string;
  signal?: AbortSignal;
  onProgress?: (progress: PullProgress) => void;
}
export interface Pulled {
  /** `<cache>/models--owner--name/snapshots/<commit>`. */
  folder: string;
  commit: string;
  files: string[];
  bytes: number;
}

/** Fetches what is missing of a checkpoint and returns its folder; quick when all is there.
 *  @throws CheckpointError on a wrong name, a refusal, a wrong hash, a full disk, an unsupported model.
 *  @example const { folder } = await pb.pull("allenai/OLMo-2-0425-1B", { onProgress: console.log }); */
export async function pull(name: string, options: PullOptions = {}): Promise<Pulled> {
  const hub = parseHubName(String(name));
  if (!hub?.repo.includes("/"))
    throw new CheckpointError({
      thing: "model to pull",
      value: name,
      rule: "must be owner/name or owner/name@revision, as on the hub",
    });
  const given = hubAccess({
    HF_ENDPOINT: options.endpoint ?? process.env.HF_ENDPOINT,
    HF_TOKEN: options.token ?? process.env.HF_TOKEN,
  });
  const access: HubAccess = { ...given, signal: options.signal };
  const commit = await resolveCommit(access, hub);
  const files = await listHubFiles(access, hub.repo, commit);
  const place = new Placement(access, hub, commit, repoFolder(hub.repo, options.cache ?? hubCache()), options);

  const config = requireFile(files, hub, CONFIG);
  const [configPath] = await place.fetch([config]);
  parseConfig(readJsonFile(configPath, CONFIG_LIMITS));
  await place.fetch(SMALL_FILES.map((path) => files.get(path)).filter((file) => file !== undefined));
  const weights = files.has(SINGLE) ? [SINGLE] : await shardNames(place, requireFile(files, hub, INDEX));
  await place.fetch(weights.map((path) => requireFile(files, hub, path)));
  return place.finish();
}

async function shardNames(place: Placement, index: HubFile): Promise<string[]> {
  const [path] = await place.fetch([index]);
  return [...new Set(readIndex(path).values())].sort();
}

function requireFile(files: ReadonlyMap<string, HubFile>, { repo, revision }: HubName, path: string): HubFile {
  const file = files.get(path);
  if (file) return file;
  const others = [...files.keys()].filter((name) => /\.(bin|pt|pth|gguf|safetensors)$/.test(name)).slice(0, 3);
  throw new CheckpointError({
    thing: `${repo}@${revision}: ${path}`,
    rule: `is not in the repository${others.length ? ` (it has ${others.join(", ")})` : ""}`,
    wayOut: "Patchbay reads checkpoints with config.json and safetensors at the top of the repository",
  });
}

/** Where the files of one pull lie until all are there, and the moment when they become a snapshot. */
class Placement {
  private readonly fetched: HubFile[] = [];
  constructor(
    private readonly access: HubAccess,
    private readonly hub: HubName,
    private readonly commit: string,
    private readonly folder: string,
    private readonly options: PullOptions,
  ) {}

  /** Large files lie among the blobs under their hash, as in every Hugging Face cache. Small ones, of which
   *  the hub tells no SHA-256, wait there under a name made of commit and path. */
  private waiting({ path, sha256 }: HubFile): string {
    const id = sha256 ?? `${createHash("sha256").update(`${this.commit}/${path}`).digest("hex")}.waiting`;
    return join(this.folder, "blobs", id);
  }

  private snapshot(path: string): string {
    return join(this.folder, "snapshots", this.commit, path);
  }

  private find(file: HubFile): string | undefined {
    return [this.snapshot(file.path), this.waiting(file)].find((path) => sizeOf(path) === file.size);
  }

  /** Makes sure of the bytes of all these files; returns where they are, in the same order. */
  async fetch(files: readonly HubFile[]): Promise<string[]> {
    const missing = files.filter((file) => !this.find(file));
    this.checkSpace(missing);
    const total = bytesOf(files);
    let before = total - bytesOf(missing);
    for (const file of missing) {
      const target = this.waiting(file);
      const start = before;
      await download(this.access, {
        url: `${this.access.endpoint}/${this.hub.repo}/resolve/${this.commit}/${encodeURIComponent(file.path)}`,
        file,
        partial: `${target}.incomplete`,
        target,
        onBytes: (fileDone) =>
          this.options.onProgress?.({
            file: file.path,
            fileDone,
            fileTotal: file.size,
            done: start + fileDone,
            total,
          }),
      });
      before += file.size;
    }
    this.fetched.push(...files);
    return files.map((file) => this.find(file) ?? this.waiting(file));
  }

  private checkSpace(missing: readonly HubFile[]): void {
    const begun = missing.reduce((bytes, file) => bytes + (sizeOf(`${this.waiting(file)}.incomplete`) ?? 0), 0);
    const needed = bytesOf(missing) - begun;
    mkdirSync(this.folder, { recursive: true });
    const { bavail, bsize } = statfsSync(this.folder);
    if (needed <= bavail * bsize) return;
    throw new CheckpointError({
      thing: `${this.folder}: free space`,
      value: bavail * bsize,
      rule: `must be at least the ${needed} bytes that are missing of ${this.hub.repo}`,
      wayOut: "Make room, or set HF_HUB_CACHE to a folder on a larger disk",
    });
  }

  /** Gives every file its name in the snapshot, and only then the branch its commit. */
  finish(): Pulled {
    mkdirSync(this.snapshot(""), { recursive: true });
    for (const file of this.fetched) {
      const name = this.snapshot(file.path);
      if (sizeOf(name) === file.size) continue;
      rmSync(name, { force: true });
      if (file.sha256 === null) renameSync(this.waiting(file), name);
      else symlinkSync(relative(dirname(name), this.waiting(file)), name);
    }
    if (this.hub.revision !== this.commit) writeRef(join(this.folder, "refs", this.hub.revision), this.commit);
    return {
      folder: this.snapshot(""),
      commit: this.commit,
      files: this.fetched.map(({ path }) => path),
      bytes: bytesOf(this.fetched),
    };
  }
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size;
const bytesOf = (files: readonly HubFile[]) => files.reduce((bytes, { size }) => bytes + size, 0);

function writeRef(path: string, commit: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(partial, commit);
  renameSync(partial, path);
}
