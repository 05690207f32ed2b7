/** What steering and cross-task patching cost, counted from their specs. Below its first edit a cell is the prompt's own
 *  run, which is computed once. */
import type { ModelConfig } from "../checkpoint/types";
import { flopsPerHeadRow, flopsPerToken, stageLimits } from "./cost";
import type { CrossTaskSpec } from "./cross-task-types";
import type { EditSite } from "./edited-rows";
import type { SteerSpec } from "./steer-types";
import type { PlanCost } from "./types";

/** Counts work without doing it.
 *  @example steerCost(resolveSteer(json, model), model.config).tokenBlocks */
export function steerCost(spec: SteerSpec, config: ModelConfig): PlanCost {
  const { samples, layers, coefficients, maxNewTokens, site } = spec;
  const { nLayers, nKvHeads, dHead } = config;
  const cells = layers.length * coefficients.length;
  const blocks = coefficients.length * layers.reduce((sum, layer) => sum + blocksAbove(layer, site, nLayers), 0);
  const later = cells * nLayers * Math.max(0, maxNewTokens - 1);
  const tokenBlocks = samples.map(({ prompt }) => (2 * nLayers + blocks) * prompt.length + later);
  const longest = Math.max(...samples.map(({ prompt }) => prompt.length)) + maxNewTokens;
  const kept = maxNewTokens > 1 ? 2 * nLayers * nKvHeads * dHead : 0;
  return costOf(config, {
    ...{ samples: samples.length, cells, tokenBlocks, blockRuns: samples.length * blocks },
    ...{ numbers: cells * longest * (2 * config.dModel + kept), heads: cells * (1 + maxNewTokens) + 1 },
  });
}

/** Counts work without doing it. */
export function crossTaskCost({ tasks, layers, site }: CrossTaskSpec, config: ModelConfig): PlanCost {
  const { nLayers, dModel } = config;
  const queries = Math.max(...tasks.map((task) => task.queries.length));
  const tokens = Array.from({ length: queries }, (_, i) =>
    tasks.reduce((sum, task) => sum + (task.queries[i]?.prompt.length ?? 0), 0),
  );
  const blocks = tasks.length * blocksAbove(layers[0], site, nLayers);
  const cells = tasks.length ** 2;
  return costOf(config, {
    ...{ samples: queries, cells, blockRuns: queries * tasks.length * blocks },
    tokenBlocks: tokens.map((n) => n * (nLayers + blocks)),
    ...{ numbers: Math.max(...tokens) * (tasks.length + 1) * 2 * dModel, heads: cells + tasks.length },
  });
}

/** Blocks that a cell with its first edit in `layer` runs by itself. */
const blocksAbove = (layer: number, site: EditSite, nLayers: number): number =>
  nLayers - layer - (site === "resid_post" ? 1 : 0);

interface Work {
  samples: number;
  cells: number;
  blockRuns: number;
  /** By sample. */
  tokenBlocks: readonly number[];
  /** Most that is held at a time. */
  numbers: number;
  /** Rows of a sample that the head sees. */
  heads: number;
}

function costOf(config: ModelConfig, { samples, cells, blockRuns, tokenBlocks, numbers, heads }: Work): PlanCost {
  const { nLayers } = config;
  const all = tokenBlocks.reduce((sum, n) => sum + n, 0);
  return {
    samples,
    tuples: cells,
    naiveForwards: samples * cells,
    naiveBlockRuns: samples * cells * nLayers,
    blockRuns,
    tokenBlocks: all,
    flops: all * flopsPerToken(config) + samples * heads * flopsPerHeadRow(config),
    passes: samples,
    calls: Math.ceil(samples * nLayers + all / stageLimits(config).tokensPerCall),
    seconds: null,
    megabytes: (4 * numbers) / 1e6,
  };
}
