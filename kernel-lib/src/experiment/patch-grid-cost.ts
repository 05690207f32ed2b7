/** What a grid of patches costs, counted from its spec. */
import type { ModelConfig } from "../checkpoint/types";
import { flopsPerHeadRow, flopsPerToken, stageLimits } from "./cost";
import { placesIn } from "./patch-grid-spec";
import type { PatchGridSpec } from "./patch-grid-types";
import type { PlanCost } from "./types";

/** Counts work without doing it.
 *  @example patchGridCost(resolvePatchGrid(json, model), model.config).tokenBlocks */
export function patchGridCost(spec: PatchGridSpec, config: ModelConfig): PlanCost {
  const { samples, layers, by, site } = spec;
  const { nLayers, dModel } = config;
  const inside = site !== "resid_pre" && site !== "resid_post";
  // Blocks above the patch, and its own where the patch lies in it or before it.
  const blocks = (layer: number) => nLayers - layer - (site === "resid_post" ? 1 : 0);
  const above = layers.reduce((sum, layer) => sum + blocks(layer), 0);
  let [cells, tokenBlocks, shapes, longest] = [0, 0, 0, 0];
  for (const sample of samples) {
    const starts = placesIn(spec.positions, sample).map(({ target }) => target);
    const columns = by === "head" ? config.nHeads : starts.length;
    const tokens = sample.target.length;
    const first = by === "head" ? starts.map(() => Math.min(...starts)).slice(0, 1) : starts;
    const width = by === "head" ? columns : 1;
    for (const start of first) tokenBlocks += width * above * (tokens - start);
    if (inside) tokenBlocks -= first.reduce((sum, start) => sum + width * layers.length * (tokens - start - 1), 0);
    tokenBlocks += nLayers * (tokens + sample.source.length);
    cells += layers.length * columns;
    shapes = Math.max(shapes, first.length);
    longest = Math.max(longest, tokens);
  }
  const headRows = cells + 2 * samples.length;
  const perSample = cells / samples.length;
  return {
    samples: samples.length,
    tuples: Math.round(perSample),
    naiveForwards: cells,
    naiveBlockRuns: cells * nLayers,
    blockRuns: Math.round((cells / layers.length) * above),
    tokenBlocks,
    flops: tokenBlocks * flopsPerToken(config) + headRows * flopsPerHeadRow(config),
    passes: samples.length,
    calls: Math.ceil(nLayers * (2 + shapes) + tokenBlocks / stageLimits(config).tokensPerCall),
    seconds: null,
    megabytes: (perSample * longest * dModel * 4) / 1e6,
  };
}
