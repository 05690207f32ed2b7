/** What a geometry experiment costs, said before it runs: its forward passes; the seconds leave out the fits, which take
 *  about as long where there are many prompts. */
import { flopsPerToken } from "../experiment/cost";
import { geometryWarnings, readPart } from "../experiment/geometry-spec";
import { type GeometrySpec, placesOf, promptsOf } from "../experiment/geometry-types";
import { probe } from "../experiment/probe";
import type { Model } from "../forward/types";

/** @example console.log((await geometryCost(spec, model)).text) */
export async function geometryCost(spec: GeometrySpec, model: Model): Promise<{ text: string; json: unknown }> {
  const { prompts } = promptsOf(spec);
  const tokens = prompts.reduce((sum, prompt) => sum + readPart(spec.position, prompt).length, 0);
  const blocks = tokens * (Math.max(...spec.layers) + 1);
  const flops = blocks * flopsPerToken(model.config);
  const { flopsPerSecond } = await probe(model.stages, model.config);
  const seconds = flops / flopsPerSecond;
  const places = placesOf(spec).length;
  const warnings = geometryWarnings(spec, model.config);
  const n = (value: number) => value.toLocaleString("en-GB");
  const lines = [
    `Geometry${spec.task === undefined ? "" : ` of ${spec.task}`} on ${spec.model}: ${spec.groups.length} groups, ${n(prompts.length)} prompts, ${n(places)} places`,
    `  reading  ${n(tokens)} tokens, ${n(blocks)} tokens x blocks, about ${seconds < 10 ? seconds.toFixed(1) : n(Math.round(seconds))} s`,
    `  fits     ${spec.methods.join(", ")} of ${n(prompts.length)} prompts x ${n(model.config.dModel)} numbers, ${n(places)} times`,
    ...warnings.map((warning) => `  note: ${warning}`),
  ];
  const cost = { groups: spec.groups.length, prompts: prompts.length, places, tokens, tokenBlocks: blocks, flops };
  return { text: lines.join("\n"), json: { cost: { ...cost, seconds }, warnings } };
}
