/** What an accuracy experiment costs: tokens of its prompts and the most that may be generated, in block-tokens; seconds
 *  from the first few prompts, really answered. */
import { generateMany } from "../experiment/accuracy-generate";
import type { ResolvedAccuracy } from "../experiment/accuracy-spec";
import type { Model } from "../forward/types";
import { counted } from "../words";

/** Prompts that are answered to know the time. */
const TRIED = 2;

/** @example (await accuracyPlan(resolveAccuracy(json, model), model)).text */
export async function accuracyPlan(
  { spec, warnings }: ResolvedAccuracy,
  model: Model,
): Promise<{ text: string; json: unknown }> {
  const { samples, maxNewTokens, judge } = spec;
  const { nLayers } = model.config;
  const promptTokens = samples.reduce((sum, { prompt }) => sum + prompt.length, 0);
  const newTokens = samples.length * maxNewTokens;
  const tried = samples.slice(0, TRIED).map(({ prompt }) => prompt);
  const began = performance.now();
  await generateMany(model, tried, { maxNewTokens, isEnough: () => false });
  const seconds = (((performance.now() - began) / 1000) * samples.length) / tried.length;
  const cost = {
    samples: samples.length,
    promptTokens,
    newTokens,
    tokenBlocks: (promptTokens + newTokens) * nLayers,
    seconds,
    judged: judge === undefined ? 0 : samples.length,
  };
  const text = [
    `Accuracy of ${spec.model}${spec.task === undefined ? "" : ` at ${spec.task}`}`,
    `  samples     ${samples.length}`,
    `  tokens      ${promptTokens} of prompts, at most ${newTokens} generated, through ${counted(nLayers, "block")}`,
    `  time        about ${seconds < 1 ? "a second" : `${Math.ceil(seconds)} s`}, without batching`,
    ...(judge === undefined ? [] : [`  judge       at most ${counted(samples.length, "question")} to ${judge.model}`]),
    ...warnings.map((warning) => `  ! ${warning}`),
  ].join("\n");
  return { text, json: { cost, warnings } };
}
