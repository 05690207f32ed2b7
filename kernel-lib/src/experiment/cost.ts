/** What a sweep costs, in multiplications and bytes, from the model's shape alone. */
import type { ModelConfig } from "../checkpoint/types";
import type { Load } from "./layout";
import type { StageLimits } from "./pass";

/** About one second of two CPU cores: the longest that a run goes on after it was told to stop. */
const FLOPS_PER_CALL = 1e11;
const MIN_PER_CALL = 64;
/** Beyond this nothing is gained, and the arrays that cross to the worker only grow. */
const MAX_PER_CALL = 4096;

/** FLOPs of one token through one block: two for each weight. Attention's own products are left out: at the
 *  lengths of prompts they are below one per cent. */
export function flopsPerToken(config: ModelConfig): number {
  const { dModel, nHeads, nKvHeads, dHead, dMlp, gatedMlp } = config;
  const attention = dModel * dHead * (2 * nHeads + 2 * nKvHeads);
  const mlp = dModel * dMlp * (gatedMlp ? 3 : 2);
  return 2 * (attention + mlp);
}

/** FLOPs of one row through the head. */
export const flopsPerHeadRow = ({ dModel, vocab }: ModelConfig): number => 2 * dModel * vocab;

/** Most that goes into one stage call. */
export function stageLimits(config: ModelConfig, signal?: AbortSignal): StageLimits {
  const token = flopsPerToken(config);
  const row = flopsPerHeadRow(config);
  const fitting = (flops: number) => Math.min(MAX_PER_CALL, Math.max(MIN_PER_CALL, Math.floor(FLOPS_PER_CALL / flops)));
  return {
    tokensPerCall: fitting(token),
    rowsPerHeadCall: fitting(row),
    flopsPerToken: token,
    flopsPerHeadRow: row,
    signal,
  };
}

/** FLOPs of a pass. */
export function flopsOf(load: Load, config: ModelConfig): number {
  const tokens = load.tokens.reduce((sum, n) => sum + n, 0);
  return tokens * flopsPerToken(config) + load.headRows * flopsPerHeadRow(config);
}

/** Bytes of activations at the widest layer: the stream before and after a block, and keys and values. */
export function bytesOf(load: Load, { dModel, nKvHeads, dHead }: ModelConfig): number {
  const bytes = load.tokens.map((n, layer) => 4 * (2 * dModel * n + 2 * nKvHeads * dHead * load.keyTokens[layer]));
  return bytes.reduce((most, n) => Math.max(most, n), 0);
}

/** Weights of all stages, without the embedding's table. */
export const weightCount = (config: ModelConfig): number =>
  (config.nLayers * flopsPerToken(config) + flopsPerHeadRow(config)) / 2;
