/** `patchbay doctor`: what works on this machine, each with the way out where it does not.
 *  `missing` parts that the library does not need (JupyterLab, a GPU) leave the exit code at 0.
 *  `patchbay doctor --deviation MODEL` measures how far a device or a precision moves that model's numbers. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEMO_NAMES, hubCache } from "../checkpoint/locate";
import { openCheckpoint } from "../checkpoint/open";
import { openModel } from "../forward/model";
import { checkNotebook } from "../notebook/doctor";
import { patchbayVersion } from "../run/making";
import { defaultMemoryBudget } from "../session/limits";
import { availableBackends, chooseProvider } from "../session/provider";
import { counted } from "../words";
import { adviceOn, cudaFacts } from "./cuda";
import { EXIT } from "./outcome";
import { bytesText } from "./progress";

interface Finding {
  name: string;
  state: "works" | "missing" | "broken";
  detail: string;
  /** What to do; empty when there is nothing to do. */
  wayOut: string;
}

const PACKAGE = resolve(__dirname, "../..");
/** The repository, when this is run from it. */
const ROOT = resolve(PACKAGE, "..");
const JUPYTER = join(ROOT, "jupyter-config");
const SYMBOL = { works: "ok     ", missing: "missing", broken: "BROKEN " } as const;

export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const findings: Finding[] = [];
  for (const look of [
    node,
    memory,
    onnxruntime,
    webgpu,
    cuda,
    demos,
    notebook,
    kernelspec,
    labextension,
    python,
    cache,
  ])
    findings.push(...(await look()));
  process.stdout.write(`${json ? JSON.stringify(findings, null, 2) : asText(findings)}\n`);
  if (findings.some(({ state }) => state === "broken")) process.exitCode = EXIT.failed;
}

function asText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  return findings
    .map(({ name, state, detail, wayOut }) => {
      const line = `${SYMBOL[state]}  ${name.padEnd(width)}${detail}`;
      return wayOut ? `${line}\n${" ".repeat(9 + width)}-> ${wayOut}` : line;
    })
    .join("\n");
}

const works = (name: string, detail: string): Finding => ({ name, state: "works", detail, wayOut: "" });
const broken = (name: string, detail: string, wayOut: string): Finding => ({ name, state: "broken", detail, wayOut });
const missing = (name: string, detail: string, wayOut: string): Finding => ({ name, state: "missing", detail, wayOut });
const reason = (error: unknown) => String(error instanceof Error ? error.message : error).split("\n")[0];

function node(): Finding[] {
  return [
    works("node", `${process.versions.node}, ${process.platform}-${process.arch}; patchbay ${patchbayVersion()}`),
  ];
}

function memory(): Finding[] {
  return [works("memory", `models may take ${bytesText(defaultMemoryBudget())}; larger ones are streamed from disk`)];
}

/** A demo's first token through the whole engine, worker included. */
async function onnxruntime(): Promise<Finding[]> {
  try {
    const { onnxruntime: version } = await chooseProvider("cpu");
    const model = await openModel(await openCheckpoint(DEMO_NAMES[0]), { device: "cpu" });
    try {
      await model.forward([1]);
    } finally {
      await model.close();
    }
    return [works("onnxruntime", `${version}, cpu; this build knows ${availableBackends().join(", ")}`)];
  } catch (error) {
    return [broken("onnxruntime", reason(error), "Run `npm ci` in Patchbay's folder again")];
  }
}

/** What is said when a device is tried in a precision; null when it works. In a process of its own, as drivers write to
 *  stderr and some of them end the process. */
function refusal(device: "webgpu" | "cuda", precision: string): string | null {
  const provider = JSON.stringify(join(PACKAGE, "dist/session/provider.js"));
  const code =
    `require(${provider}).chooseProvider("${device}", "${precision}")` +
    ".then(() => {}, (e) => process.stdout.write(e.message))";
  const { status, stdout } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 60_000 });
  if (status === 0 && stdout === "") return null;
  return stdout.split("\n")[0] || "the driver ended the process";
}

function usable(device: "webgpu" | "cuda", halves: readonly string[]): Finding {
  const precisions = ["fp32", ...halves.filter((half) => refusal(device, half) === null)];
  return works(device, `can be asked for by --device ${device}; computes ${precisions.join(", ")}`);
}

function webgpu(): Finding[] {
  const refused = refusal("webgpu", "fp32");
  if (refused === null) return [usable("webgpu", ["fp16"])];
  return [
    missing("webgpu", refused, "Install a Vulkan driver of your GPU (on Linux: `vulkaninfo` shows what is there)"),
  ];
}

/** Tried only when every part is there: without them the try says less than the parts do. */
function cuda(): Finding[] {
  const lacking = adviceOn(cudaFacts()).filter(({ ok }) => !ok);
  if (lacking.length > 0) return lacking.map(({ part, detail, wayOut }) => missing(`cuda: ${part}`, detail, wayOut));
  const refused = refusal("cuda", "fp32");
  if (refused !== null)
    return [missing("cuda", refused, "Do driver, CUDA and cuDNN 9 fit each other? `nvidia-smi` shows the driver's")];
  const { detail, ...rest } = usable("cuda", ["fp16", "bf16"]);
  return [{ ...rest, detail: `${detail}; TF32 is off` }];
}

async function demos(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of DEMO_NAMES) {
    try {
      const { parameters, tokenizer } = await openCheckpoint(name);
      findings.push(works(name, `${counted(parameters, "parameter")}, ${counted(tokenizer?.vocabSize ?? 0, "token")}`));
    } catch (error) {
      findings.push(broken(name, reason(error), "Fetch kernel-lib/demo again (git checkout kernel-lib/demo)"));
    }
  }
  return findings;
}

/** The notebook kernel: our changes to tslab, tried on its own classes. */
async function notebook(): Promise<Finding[]> {
  return (await checkNotebook()).map(({ name, ok, detail }) =>
    ok
      ? works(`kernel: ${name}`, detail)
      : broken(`kernel: ${name}`, detail, "Views stay static until this works: run `npm ci` in Patchbay's folder"),
  );
}

const SET_UP = "Run `npm start` in Patchbay's folder: it sets this up";

function kernelspec(): Finding[] {
  const path = join(JUPYTER, "share/kernels/patchbay/kernel.json");
  const kernel = join(PACKAGE, "kernel.cjs");
  if (!existsSync(path))
    return [missing("kernelspec", `no ${path}`, "Notebooks need the repository, not only the package")];
  if (!existsSync(kernel)) return [broken("kernelspec", `no ${kernel}`, "Fetch the repository again")];
  return [works("kernelspec", `"${JSON.parse(readFileSync(path, "utf8")).display_name}"`)];
}

function labextension(): Finding[] {
  const path = join(JUPYTER, "share/labextensions/@patchbay/jupyterlab/package.json");
  if (!existsSync(path)) return [missing("labextension", "is not built", "Run `npm run build` in Patchbay's folder")];
  return [works("labextension", `version ${JSON.parse(readFileSync(path, "utf8")).version}`)];
}

/** An import that takes half a second; far longer only where the machine is overloaded. */
const PYTHON_WITHIN_MS = 60_000;

function python(): Finding[] {
  const windows = process.platform === "win32";
  const interpreter = join(ROOT, ".venv", windows ? "Scripts/python.exe" : "bin/python");
  if (!existsSync(interpreter)) return [missing("jupyterlab", "no .venv in Patchbay's folder", SET_UP)];
  const code = "import sys, jupyterlab; print(jupyterlab.__version__, 'on Python', sys.version.split()[0])";
  const { status, stdout, stderr, error } = spawnSync(interpreter, ["-c", code], {
    encoding: "utf8",
    timeout: PYTHON_WITHIN_MS,
  });
  if (status === 0) return [works("jupyterlab", stdout.trim())];
  if (error && "code" in error && error.code === "ETIMEDOUT")
    return [
      broken("jupyterlab", `no answer within ${PYTHON_WITHIN_MS / 1000} s`, "Try again when the machine is less busy"),
    ];
  const said = (stderr ?? "").trim().split("\n").at(-1) || "it does not start";
  return [broken("jupyterlab", said, "Delete .venv, then run `npm start`")];
}

function cache(): Finding[] {
  const folder = hubCache();
  return [works("model cache", `${folder}${existsSync(folder) ? "" : " (not there yet: `patchbay pull` makes it)"}`)];
}
