/** `patchbay doctor --deviation MODEL --device NAME --precision NAME`: one run of both, and a line for each layer. */
import { openCheckpoint } from "../checkpoint/open";
import { deviation } from "../forward/deviation";
import { openModel } from "../forward/model";
import type { Provider } from "../forward/types";
import { counted } from "../words";
import { type DeviceFlags, deviceOptions } from "./inputs";

export interface DeviationCommand extends DeviceFlags {
  json?: boolean;
}

const PROMPTS = 4;
const TOKENS = 16;

export async function deviationCommand(name: string, options: DeviationCommand): Promise<void> {
  const checkpoint = await openCheckpoint(name);
  const model = await openModel(checkpoint, deviceOptions(options));
  const reference = await openModel(checkpoint, { device: "cpu" });
  try {
    const report = await deviation(model, reference, prompts(checkpoint.config.vocab));
    const { provider } = model;
    process.stdout.write(
      `${options.json ? JSON.stringify({ provider, ...report }, null, 2) : asText(name, provider, report)}\n`,
    );
  } finally {
    await model.close();
    await reference.close();
  }
}

/** Ids spread over the vocabulary, the same at each call. */
const prompts = (vocab: number): number[][] =>
  Array.from({ length: PROMPTS }, (_, p) =>
    Array.from({ length: TOKENS }, (_, t) => ((p * TOKENS + t + 1) * 7919) % vocab),
  );

function asText(
  name: string,
  { device, precision, onnxruntime }: Provider,
  { hooks, prompts, sameTop }: Awaited<ReturnType<typeof deviation>>,
): string {
  const width = Math.max(...hooks.map(({ hook }) => hook.length)) + 2;
  return [
    `${name}: ${precision} on ${device} against fp32 on cpu, onnxruntime ${onnxruntime}, ${counted(prompts, "prompt")} of ${counted(TOKENS, "token")}`,
    `${"".padEnd(width)}largest    norm`,
    ...hooks.map(
      ({ hook, relative, norm }) =>
        `${hook.padEnd(width)}${relative.toExponential(1).padEnd(11)}${norm.toExponential(1)}`,
    ),
    `same most likely token at ${(100 * sameTop).toFixed(1)} % of positions`,
  ].join("\n");
}
