/** Opens a checkpoint as a running model. Nothing is read but headers until the first stage runs. */
import { realpathSync } from "node:fs";
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { hookNames } from "../graph/hooks";
import { inlineHost } from "../session/inline-host";
import { defaultMemoryBudget, type MemoryUse, memoryUse, type WeightBytes } from "../session/limits";
import { type Choice, chooseProvider } from "../session/provider";
import type { CallName, Calls, EngineSpec, Host } from "../session/types";
import { workerHost } from "../session/worker-host";
import { size } from "../tensor";
import { counted } from "../words";
import { forwardBatch } from "./forward";
import { generate } from "./generate";
import { hostedStages } from "./stages";
import type { LoadOptions, Memory, Model } from "./types";

const HOSTS: readonly string[] = ["worker", "inline"];
const WEIGHTS: readonly string[] = ["resident", "streaming"];

/** A model by folder, demo name or name in the Hugging Face cache. Close it when done.
 *  @throws CheckpointError, DeviceError, PatchbayError
 *  @example
 *  const model = await pb.load("demo/dpo");
 *  const { cache } = await model.forward([1, 2, 3], { capture: "blocks.*.hook_resid_post" });
 *  await model.close(); */
export async function loadModel(name: string, options: LoadOptions = {}): Promise<Model> {
  return openModel(await openCheckpoint(name), options);
}

/** The same for a checkpoint that is open already. */
export async function openModel(checkpoint: Checkpoint, options: LoadOptions = {}): Promise<Model> {
  const { device = "auto", precision = "fp32", host: where = "worker" } = options;
  oneOf(where, HOSTS, "host");
  const { activationBytes, matrixBytes, ...sessions } = usedMemory(checkpoint, options);
  const choice = await chooseProvider(device, precision);
  const { config } = checkpoint;
  const spec: EngineSpec = {
    config,
    // onnxruntime refuses a path that leaves its folder through a symbolic link, as those of the hub's cache do.
    weights: [...checkpoint.weights].map(([role, tensor]) => [role, { ...tensor, file: realpathSync(tensor.file) }]),
    device: choice.device,
    precision: choice.precision,
    ...sessions,
  };
  const host = closing(where === "worker" ? workerHost(spec) : inlineHost(spec), checkpoint.name);
  const around = { host, config, checkpoint };
  return {
    name: checkpoint.name,
    checkpoint,
    config,
    fingerprint: checkpoint.fingerprint,
    tokenizer: checkpoint.tokenizer,
    provider: choice,
    memory: { weights: sessions.residence, activationBytes, matrixBytes },
    stages: hostedStages(host, config),
    host,
    hookNames: hookNames(config),
    forward: async (tokens, asked = {}) => (await forwardBatch([tokens], asked, around))[0],
    forwardBatch: (prompts, asked = {}) => forwardBatch(prompts, asked, around),
    generate: (tokens, asked = {}) => generate(tokens, asked, around),
    close: () => host.close(),
    // What a console shows of it, in place of every tensor and hook.
    [Symbol.for("nodejs.util.inspect.custom")]: () => modelLine(checkpoint, choice),
  };
}

function modelLine({ name, config, parameters }: Checkpoint, { device, precision }: Choice): string {
  const { modelType, nLayers, nHeads, dModel, vocab } = config;
  const shape = [counted(nLayers, "layer"), counted(nHeads, "head"), `width ${dModel}`, counted(vocab, "token")];
  return `model ${name}: ${modelType}, ${shape.join(", ")}, ${counted(parameters, "parameter")}; ${precision} on ${device}`;
}

/** How a checkpoint would use its memory once it is opened with these options.
 *  @throws PatchbayError
 *  @example memoryOf(await openCheckpoint("demo/dpo"), { memoryBudget: 2e9 }).weights // "resident" */
export function memoryOf(checkpoint: Checkpoint, options: Pick<LoadOptions, "memoryBudget" | "weights"> = {}): Memory {
  const { residence, activationBytes, matrixBytes } = usedMemory(checkpoint, options);
  return { weights: residence, activationBytes, matrixBytes };
}

function usedMemory(
  checkpoint: Checkpoint,
  { memoryBudget = defaultMemoryBudget(), weights }: Pick<LoadOptions, "memoryBudget" | "weights">,
): MemoryUse {
  if (weights !== undefined) oneOf(weights, WEIGHTS, "weights");
  if (!(memoryBudget > 0))
    throw new PatchbayError({ thing: "memoryBudget", value: memoryBudget, rule: "must be bytes" });
  return memoryUse(weightBytes(checkpoint), { memoryBudget, asked: weights });
}

/** The host, until it is closed; closing twice is closing once. */
function closing(host: Host, name: string): Host {
  let closed: Promise<void> | null = null;
  return {
    call<N extends CallName>(call: N, argument: Parameters<Calls[N]>[0], signal?: AbortSignal) {
      if (closed !== null)
        throw new PatchbayError({ thing: `model ${name}`, rule: "is closed", wayOut: "Load it again" });
      return host.call(call, argument, signal);
    },
    close() {
      closed ??= host.close();
      return closed;
    },
  };
}

function weightBytes({ weights }: Checkpoint): WeightBytes {
  const stages = new Map<string, number>();
  const opening = new Map<string, number>();
  for (const [role, tensor] of weights) {
    if (role === "embed.weight") continue;
    const stage = /^blocks\.\d+/.exec(role)?.[0] ?? "head";
    const float = 4 * size(tensor.shape);
    stages.set(stage, (stages.get(stage) ?? 0) + float);
    // Half precision lies beside its F32 copy while that is made.
    const stored = tensor.dtype === "F32" ? 0 : tensor.length;
    opening.set(stage, (opening.get(stage) ?? 0) + float + stored);
  }
  const bytes = [...stages.values()];
  return {
    floatBytes: bytes.reduce((sum, n) => sum + n, 0),
    largestStage: Math.max(...bytes),
    openingStage: Math.max(...opening.values()),
  };
}

function oneOf(value: string, allowed: readonly string[], thing: string): void {
  if (!allowed.includes(value)) throw new PatchbayError({ thing, value, rule: `must be one of ${allowed.join(", ")}` });
}
