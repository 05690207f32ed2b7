/** How much runs at once. The numbers come from measurements on CPU: weight products are at full rate from 64 rows,
 *  and intermediates beyond about 16 MB cost more in fresh pages than larger batches gain. */
import { totalmem } from "node:os";
import type { ModelConfig } from "../checkpoint/types";

const MIB = 1024 * 1024;
/** Widest intermediate of a block, tokens x dMlp in F32. */
const BLOCK_BYTES = 8 * MIB;
/** Logits of one head call, rows x vocab in F32: what is made of them stays in the processor's cache. */
const HEAD_BYTES = 8 * MIB;
const MIN_ROWS = 64;
const MAX_ROWS = 1024;

const between = (low: number, value: number, high: number) => Math.max(low, Math.min(high, Math.floor(value)));

/** Tokens that go through a block in one call. A single longer prompt still goes whole. */
export const blockTokens = ({ dMlp }: Pick<ModelConfig, "dMlp">): number =>
  between(MIN_ROWS, BLOCK_BYTES / (4 * dMlp), MAX_ROWS);

/** Rows that go through the head in one call. */
export const headRows = ({ vocab }: Pick<ModelConfig, "vocab">): number =>
  between(MIN_ROWS, HEAD_BYTES / (4 * vocab), MAX_ROWS);

/** Share of the machine's memory that a model may take unless the caller says otherwise. */
const DEFAULT_SHARE = 0.6;

/** Bytes of memory that this process may count on: the machine's, or its container's limit. */
export function defaultMemoryBudget(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.floor(DEFAULT_SHARE * memory);
}

/** Open sessions may hold the weights once, and a little more: a second variant of a block then replaces the first
 *  instead of doubling it. Below this floor nobody minds two copies. */
const SESSION_FLOOR = 256 * MIB;

/** Node, onnxruntime and this library, before any weight is read. */
const PROCESS_BYTES = 192 * MIB;
/** Activations that a plan is made for: more gains nothing while weights are resident, less is no longer a batch. */
const MOST_ACTIVATIONS = 512 * MIB;
const LEAST_ACTIVATIONS = 32 * MIB;
/** Matrices that a path trace keeps. */
const MOST_MATRICES = 4096 * MIB;
/** Arrays that were let go stay for a while before the collector finds them. */
const GARBAGE = 1.5;

/** Bytes of a checkpoint's weights as F32: all, of the largest stage, and while that one is being opened. */
export interface WeightBytes {
  floatBytes: number;
  largestStage: number;
  openingStage: number;
}
/** How a model uses its memory. */
export interface MemoryUse {
  residence: "resident" | "streaming";
  sessionBytes: number;
  /** What planners may fill with activations. */
  activationBytes: number;
  /** What a path trace may fill with matrices, when nothing else runs. */
  matrixBytes: number;
}

/** `resident` when all weights as F32 fit into the budget beside the working memory and what the largest stage takes once
 *  more while it is opened (as stored, and packed), else `streaming`. */
export function memoryUse(
  { floatBytes, largestStage, openingStage }: WeightBytes,
  { memoryBudget, asked }: { memoryBudget: number; asked?: "resident" | "streaming" },
): MemoryUse {
  const fits = floatBytes * 1.1 + openingStage + SESSION_FLOOR / 2 <= memoryBudget;
  const streaming = (asked ?? (fits ? "resident" : "streaming")) === "streaming";
  const left = (memoryBudget - PROCESS_BYTES - openingStage - (streaming ? 0 : floatBytes)) / GARBAGE;
  // Streaming gains by every row that the weights are read for.
  const most = streaming ? left : Math.min(left, MOST_ACTIVATIONS);
  const activationBytes = Math.max(LEAST_ACTIVATIONS, most);
  const matrixBytes = Math.max(LEAST_ACTIVATIONS, Math.min(left / 2, MOST_MATRICES));
  if (streaming) return { residence: "streaming", sessionBytes: largestStage, activationBytes, matrixBytes };
  // A path trace has stages of its own beside the blocks, which each prompt needs again.
  const sessionBytes = Math.max(SESSION_FLOOR, floatBytes * 1.05 + Math.max(0, Math.min(left / 2, floatBytes)));
  return { residence: "resident", sessionBytes, activationBytes, matrixBytes };
}
