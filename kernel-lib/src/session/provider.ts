/** Which execution provider runs a model, and why. A device that the caller named is used or refused, never replaced. */
import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";
import { DeviceError } from "../errors";
import { GraphBuilder } from "../graph/builder";
import type { Device } from "./types";

export interface Choice {
  device: Device;
  reason: string;
  onnxruntime: string;
}

const DEVICES: readonly string[] = ["auto", "cpu", "webgpu", "cuda"];
const MISSING: Record<Exclude<Device, "cpu">, string> = {
  webgpu: "No GPU adapter could be opened; a Vulkan, Metal or Direct3D 12 driver is needed",
  cuda: "This build of onnxruntime-node has no CUDA provider, or the CUDA 12 libraries and cuDNN 9 were not found",
};

/** Opens a one-operator session to see that a named device works.
 *  @throws DeviceError when it does not.
 *  @example await chooseProvider("auto") // { device: "cpu", reason: "auto: ..." } */
export async function chooseProvider(asked: string): Promise<Choice> {
  if (!DEVICES.includes(asked))
    throw new DeviceError({ thing: "device", value: asked, rule: `must be one of ${DEVICES.join(", ")}` });
  const onnxruntime = String(env.versions?.node ?? env.versions?.common ?? "unknown");
  if (asked === "auto") {
    const others = availableBackends().filter((name) => name === "webgpu" || name === "cuda");
    const tail = others.length > 0 ? `; ${others.join(" and ")} can be asked for by name` : "";
    return { device: "cpu", reason: `auto: the CPU gives the reference numbers${tail}`, onnxruntime };
  }
  const device = asked as Device;
  if (device !== "cpu") await tryDevice(device);
  return { device, reason: "asked", onnxruntime };
}

/** Names of the providers that this build of onnxruntime holds. */
export const availableBackends = (): string[] => listSupportedBackends().map(({ name }) => name);

async function tryDevice(device: Exclude<Device, "cpu">): Promise<void> {
  if (!availableBackends().includes(device)) throw deviceFailed(device, "device", "not in this build of onnxruntime");
  onlyThrow();
  const b = new GraphBuilder("probe");
  b.output("y", b.op("Neg", [b.input("x", "float", [1])]), [1]);
  try {
    const session = await InferenceSession.create(b.finish().model, { executionProviders: [device] });
    await session.release();
  } catch (error) {
    throw deviceFailed(device, "device", error);
  }
}

/** onnxruntime also prints what it throws. Its level is read once, when the first session opens. */
export function onlyThrow(): void {
  env.logLevel = "fatal";
}

/** onnxruntime's own words, without the traces behind them. */
export const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split("\n")[0]
    .slice(0, 200);

/** The error for a device that does not work here, with what is likely to be missing. */
export function deviceFailed(device: Exclude<Device, "cpu">, thing: string, error: unknown): DeviceError {
  return new DeviceError({
    thing,
    value: device,
    rule: `but it cannot be used (${firstLine(error)})`,
    wayOut: `${MISSING[device]}. Ask for device "cpu", or "auto"`,
  });
}
