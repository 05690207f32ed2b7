/** What a geometry experiment costs, said before it runs: its forward passes; the seconds leave out the fits, which take
 *  about as long where there are many prompts. */
import { flopsPerHeadRow, flopsPerToken } from "../experiment/cost";
import { geometryWarnings, readPart } from "../experiment/geometry-spec";
import { type GeometrySpec, placesOf, promptsOf } from "../experiment/geometry-types";
import { probe, secondsOf } from "../experiment/probe";
import type { Model } from "../forward/types";
import { counted } from "../words";

/** @example console.log((await geometryCost(spec, model)).text) */
export async function geometryCost(spec: GeometrySpec, model: Model): Promise<{ text: string; json: unknown }> {
  const { prompts } = promptsOf(spec);
  const tokens = prompts.reduce((sum, prompt) => sum + readPart(spec.position, prompt).length, 0);
  // A prompt goes through all layers and, with its last row, through the head.
  const { nLayers } = model.config;
  const blocks = tokens * nLayers;
  const flops = blocks * flopsPerToken(model.config) + prompts.length * flopsPerHeadRow(model.config);
  const lengths = new Set(prompts.map((prompt) => readPart(spec.position, prompt).length));
  const speed = await probe(model.stages, model.config, model.memory.weights);
  const work = { flops, tokenBlocks: blocks, calls: lengths.size * nLayers, passes: 1 };
  const seconds = secondsOf(work, speed);
  const places = placesOf(spec).length;
  const warnings = geometryWarnings(spec, model.config);
  const n = (value: number) => value.toLocaleString("en-GB");
  const lines = [
    `Geometry${spec.task === undefined ? "" : ` of ${spec.task}`} on ${spec.model}: ${counted(spec.groups.length, "group")}, ${counted(prompts.length, "prompt")}, ${counted(places, "place")}`,
    `  reading  ${counted(tokens, "token")}, ${n(blocks)} tokens x blocks, about ${seconds < 10 ? seconds.toFixed(1) : n(Math.round(seconds))} s`,
    `  fits     ${spec.methods.join(", ")} of ${counted(prompts.length, "prompt")} x ${n(model.config.dModel)} numbers, ${n(places)} times`,
    ...warnings.map((warning) => `  note: ${warning}`),
  ];
  const cost = { groups: spec.groups.length, prompts: prompts.length, places, tokens, tokenBlocks: blocks, flops };
  return { text: lines.join("\n"), json: { cost: { ...cost, seconds }, warnings } };
}
