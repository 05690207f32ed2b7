/** Which execution provider runs a model, in which precision, and why. A device or precision that the caller named is
 *  used or refused, never replaced. */
import { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
import { DeviceError } from "../errors";
import { GraphBuilder } from "../graph/builder";
import { DTYPE } from "../graph/onnx";
import type { Device, Precision } from "./types";

export interface Choice {
  device: Device;
  precision: Precision;
  reason: string;
  onnxruntime: string;
}

const DEVICES: readonly string[] = ["auto", "cpu", "webgpu", "cuda"];
const PRECISIONS: readonly string[] = ["fp32", "fp16", "bf16"];
const MISSING: Record<Exclude<Device, "cpu">, string> = {
  webgpu: "No GPU adapter could be opened; a Vulkan, Metal or Direct3D 12 driver is needed",
  cuda: "This build of onnxruntime-node has no CUDA provider, or the CUDA libraries and cuDNN 9 that it needs were not found; `patchbay doctor` says which",
};
/** What each device computes products in. onnxruntime's CPU kernels widen half precision to fp32 and call it a day. */
const OFFERED: Record<Device, readonly Precision[]> = {
  cpu: ["fp32"],
  webgpu: ["fp32", "fp16"],
  cuda: ["fp32", "fp16", "bf16"],
};
const ONNX_TYPE = { fp32: DTYPE.float, fp16: DTYPE.float16, bf16: DTYPE.bfloat16 } as const;

/** Runs a one-product session to see that a named device works, in the named precision.
 *  @throws DeviceError when it does not.
 *  @example await chooseProvider("auto") // { device: "cpu", precision: "fp32", reason: "auto: ..." } */
export async function chooseProvider(asked: string, precision: string = "fp32"): Promise<Choice> {
  oneOf("device", asked, DEVICES);
  oneOf("precision", precision, PRECISIONS);
  const onnxruntime = String(env.versions?.node ?? env.versions?.common ?? "unknown");
  const device = asked === "auto" ? "cpu" : (asked as Device);
  const choice = { device, precision: precision as Precision, onnxruntime };
  if (!OFFERED[device].includes(choice.precision)) throw notOffered(asked, device, precision);
  if (asked === "auto") {
    const others = availableBackends().filter((name) => name === "webgpu" || name === "cuda");
    const tail = others.length > 0 ? `; ${others.join(" and ")} can be asked for by name` : "";
    return { ...choice, reason: `auto: the CPU gives the reference numbers${tail}` };
  }
  if (device !== "cpu") await tryDevice(device, choice.precision);
  return { ...choice, reason: "asked" };
}

/** Names of the providers that this build of onnxruntime holds. */
export const availableBackends = (): string[] => listSupportedBackends().map(({ name }) => name);

function oneOf(thing: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new DeviceError({ thing, value, rule: `must be one of ${allowed.join(", ")}` });
}

function notOffered(asked: string, device: Device, precision: string): DeviceError {
  const able = (Object.keys(OFFERED) as Device[]).filter((name) => OFFERED[name].includes(precision as Precision));
  return new DeviceError({
    thing: "precision",
    value: precision,
    rule: `but it is not offered on ${device}${asked === "auto" ? ", which auto chooses" : ""}: ${OFFERED[device].join(" or ")} is`,
    wayOut: `Ask for device ${able.map((name) => `"${name}"`).join(" or ")}, or for precision "fp32"`,
  });
}

/** Opens and runs the smallest product: a driver that opens may still refuse a dtype, and CUDA looks for cuDNN only when
 *  a row's largest is asked for. */
async function tryDevice(device: Exclude<Device, "cpu">, precision: Precision): Promise<void> {
  if (!availableBackends().includes(device)) throw deviceFailed(device, "device", "not in this build of onnxruntime");
  if (device === "cuda") noTf32();
  onlyThrow();
  try {
    await smallProduct(device, "fp32");
  } catch (error) {
    throw deviceFailed(device, "device", error);
  }
  try {
    if (precision !== "fp32") await smallProduct(device, precision);
  } catch (error) {
    throw new DeviceError({
      thing: "precision",
      value: precision,
      rule: `but it cannot be computed by this ${device} device (${firstLine(error)})`,
      wayOut: 'Ask for precision "fp32"',
    });
  }
}

async function smallProduct(device: Device, precision: Precision): Promise<void> {
  const b = new GraphBuilder("probe");
  const x = b.op("Cast", [b.input("x", "float", [2, 2])], { to: ONNX_TYPE[precision] });
  const product = b.op("Cast", [b.op("Gemm", [x, x])], { to: ONNX_TYPE.fp32 });
  b.output("y", b.op("ReduceMax", [product, b.ints([1])], { keepdims: 1 }), [2, 1]);
  const session = await InferenceSession.create(b.finish().model, { executionProviders: [device] });
  try {
    const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) });
    y.dispose();
  } finally {
    await session.release();
  }
}

/** TF32 keeps ten bits of mantissa; fp32 here means fp32. onnxruntime-node hands the provider nothing but a device id, so
 *  NVIDIA's own switch is set, before its libraries are loaded. */
function noTf32(): void {
  process.env.NVIDIA_TF32_OVERRIDE = "0";
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
