/** What CUDA needs, part by part, and how to get what is missing: `patchbay doctor`'s advice for an NVIDIA GPU.
 *  The facts are looked up in one place, and the advice is a plain function of them. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { neededLibraries } from "./elf";

export interface CudaFacts {
  /** As in `linux/x64`. */
  platform: string;
  /** `NVIDIA H100, driver 550.54` for each GPU; empty without a driver. */
  gpus: readonly string[];
  /** The folder that the provider's file belongs into, and whether it is there. */
  providerFolder: string;
  hasProvider: boolean;
  /** Libraries of CUDA that the provider needs: by its own file, or LIBRARIES while it is not there. */
  needed: readonly string[];
  /** Of these, those that the loader finds, and the folders of those that lie elsewhere. */
  found: readonly string[];
  elsewhere: Readonly<Record<string, string>>;
  /** Of onnxruntime-node, and of the provider that its script fetches. */
  version: string;
  providerVersion: string;
}

export interface Advice {
  part: string;
  ok: boolean;
  detail: string;
  wayOut: string;
}

/** Opened by name when a reduction first needs it, so no link shows it. */
const CUDNN = "libcudnn.so.9";
/** What the provider of onnxruntime 1.30 links against (since 1.27 it is built for CUDA 13, although the script that
 *  fetches it still calls it cuda12), and cuDNN. */
export const LIBRARIES: readonly string[] = [
  "libcublasLt.so.13",
  "libcublas.so.13",
  "libcurand.so.10",
  "libcudart.so.13",
  CUDNN,
];
/** Oldest driver for each major version of CUDA. */
const OLDEST_DRIVER: Readonly<Record<string, number>> = { 12: 525, 13: 580 };
const PROVIDER = "libonnxruntime_providers_cuda.so";

/** One line for each part that CUDA needs, in the order in which to mend them.
 *  @example adviceOn(cudaFacts()).filter(({ ok }) => !ok) */
export function adviceOn(facts: CudaFacts): Advice[] {
  const { platform, gpus, hasProvider, providerFolder, needed, found, elsewhere, version, providerVersion } = facts;
  const line = (part: string, ok: boolean, detail: string, wayOut: string): Advice => ({
    part,
    ok,
    detail,
    wayOut: ok ? "" : wayOut,
  });
  if (platform !== "linux/x64")
    return [
      line("platform", false, `${platform}: onnxruntime-node has CUDA for linux/x64 only`, "Try --device webgpu"),
    ];
  const major = /libcudart\.so\.(\d+)/.exec(needed.join(" "))?.[1] ?? "13";
  const absent = needed.filter((name) => !found.includes(name));
  const folders = [...new Set(absent.flatMap((name) => elsewhere[name] ?? []))];
  const nowhere = absent.filter((name) => elsewhere[name] === undefined);
  return [
    line(
      "driver",
      gpus.length > 0,
      gpus.length > 0 ? gpus.join("; ") : "nvidia-smi finds no GPU",
      `Install NVIDIA's driver (${OLDEST_DRIVER[major] ?? "the newest"} or newer, for CUDA ${major}), and in a container start it with --gpus all`,
    ),
    line(
      "libraries",
      absent.length === 0,
      absent.length === 0 ? `CUDA ${major} and cuDNN 9 are found` : `the loader does not find ${absent.join(", ")}`,
      nowhere.length > 0
        ? `Install CUDA ${major} and cuDNN 9, and put the folders of ${nowhere.join(", ")} into LD_LIBRARY_PATH`
        : `Start with LD_LIBRARY_PATH=${folders.join(delimiter)}`,
    ),
    line(
      "provider",
      hasProvider && version === providerVersion,
      hasProvider
        ? `${PROVIDER} is there, for onnxruntime ${providerVersion}; this is ${version}`
        : `no ${PROVIDER} (${providerVersion}) in ${providerFolder}`,
      "Fetch it: node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install",
    ),
  ];
}

/** Looks at this machine. Nothing is loaded: a broken driver may end the process that does. */
export function cudaFacts(): CudaFacts {
  const folder = dirname(require.resolve("onnxruntime-node/package.json"));
  const platform = `${process.platform}/${process.arch}`;
  const providerFolder = join(folder, "bin/napi-v6", platform);
  const { version } = require(join(folder, "package.json")) as { version: string };
  const metadata = join(folder, "script/install-metadata-versions.js");
  const { nuget } = require(metadata) as { nuget: readonly { version: string }[] };
  const provider = join(providerFolder, PROVIDER);
  const hasProvider = existsSync(provider);
  const needed = hasProvider ? librariesOf(provider) : LIBRARIES;
  return {
    platform,
    gpus: gpus(),
    providerFolder,
    hasProvider,
    needed,
    ...libraries(needed),
    version,
    providerVersion: nuget[0].version,
  };
}

/** What a provider's file needs of CUDA; libcuda itself comes with the driver.
 *  @example librariesOf("bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so") */
export const librariesOf = (provider: string): string[] => [
  ...neededLibraries(provider).filter((name) => /^libcu(?!da\.so|dnn)/.test(name)),
  CUDNN,
];

function gpus(): string[] {
  const { status, stdout } = spawnSync("nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  if (status !== 0) return [];
  return stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(", ", ", driver "));
}

function libraries(needed: readonly string[]): Pick<CudaFacts, "found" | "elsewhere"> {
  if (process.platform !== "linux") return { found: [], elsewhere: {} };
  const cache = spawnSync("ldconfig", ["-p"], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  }).stdout;
  const known = (process.env.LD_LIBRARY_PATH ?? "").split(delimiter).filter(Boolean);
  const found = needed.filter(
    (name) => (cache ?? "").includes(`${name} `) || known.some((folder) => existsSync(join(folder, name))),
  );
  const likely = [...installs("/usr/local"), ...installs("/opt")];
  const elsewhere: Record<string, string> = {};
  for (const name of needed) {
    const folder = likely.find((path) => existsSync(join(path, name)));
    if (folder !== undefined && !found.includes(name)) elsewhere[name] = folder;
  }
  return { found, elsewhere };
}

/** The library folders of CUDA installations under `root`. */
const installs = (root: string): string[] =>
  existsSync(root)
    ? readdirSync(root)
        .filter((name) => /^cuda/.test(name))
        .map((name) => join(root, name, "lib64"))
    : [];
