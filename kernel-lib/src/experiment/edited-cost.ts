/** What steering and cross-task patching cost, counted from their specs: every cell is a run of its prompt. */
import type { ModelConfig } from "../checkpoint/types";
import { flopsPerHeadRow, flopsPerToken, stageLimits } from "./cost";
import type { CrossTaskSpec } from "./cross-task-types";
import type { SteerSpec } from "./steer-types";
import type { PlanCost } from "./types";

/** Counts work without doing it.
 *  @example steerCost(resolveSteer(json, model), model.config).naiveForwards */
export function steerCost({ samples, layers, coefficients, maxNewTokens }: SteerSpec, config: ModelConfig): PlanCost {
  const cells = layers.length * coefficients.length;
  const tokens = samples.map(({ prompt }) => cells * (prompt.length + Math.max(0, maxNewTokens - 1)) + prompt.length);
  const kept = maxNewTokens > 1 ? 2 * config.nLayers * config.nKvHeads * config.dHead : 0;
  return costOf(config, { samples: samples.length, cells, tokens, kept, heads: cells * (1 + maxNewTokens) });
}

/** Counts work without doing it. */
export function crossTaskCost({ tasks }: CrossTaskSpec, config: ModelConfig): PlanCost {
  const queries = Math.max(...tasks.map((task) => task.queries.length));
  const tokens = Array.from({ length: queries }, (_, i) =>
    tasks.reduce((sum, task) => sum + (task.queries[i]?.prompt.length ?? 0) * (tasks.length + 1), 0),
  );
  const cells = tasks.length ** 2;
  return costOf(config, { samples: queries, cells, tokens, kept: 0, heads: cells + tasks.length });
}

/** `tokens`: of all rows of a sample. `kept`: numbers that a token leaves behind. */
function costOf(
  config: ModelConfig,
  work: { samples: number; cells: number; tokens: readonly number[]; kept: number; heads: number },
): PlanCost {
  const { samples, cells, tokens, kept, heads } = work;
  const { nLayers, dModel } = config;
  const tokenBlocks = tokens.reduce((sum, n) => sum + n, 0) * nLayers;
  return {
    samples,
    tuples: cells,
    naiveForwards: samples * cells,
    naiveBlockRuns: samples * cells * nLayers,
    blockRuns: samples * cells * nLayers,
    tokenBlocks,
    flops: tokenBlocks * flopsPerToken(config) + samples * heads * flopsPerHeadRow(config),
    passes: samples,
    calls: Math.ceil(samples * nLayers + tokenBlocks / stageLimits(config).tokensPerCall),
    seconds: null,
    megabytes: (Math.max(...tokens) * (2 * dModel + kept) * 4) / 1e6,
  };
}
