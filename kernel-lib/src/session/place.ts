/** The block inputs that say where rows stand: rotary tables, mask, prefix. Made once for all layers of a pass. */
import { Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../checkpoint/types";
import { causalMask, inverseFrequencies, rotaryTables } from "../graph/rotary";

/** Feeds that depend only on where the tokens stand. */
export type Tables = Record<"cos" | "sin" | "mask", Tensor>;

export class Places {
  private readonly frequencies: Float32Array;
  /** The last tables made: calls that follow each other mostly ask for the same. */
  private last: { key: string; tables: Tables } | null = null;

  constructor(private readonly config: ModelConfig) {
    this.frequencies = inverseFrequencies(config);
  }

  tables(start: number, tokens: number): Tables {
    const key = `${start}+${tokens}`;
    if (this.last?.key === key) return this.last.tables;
    const { cos, sin } = rotaryTables(this.frequencies, start, tokens);
    const row = [tokens, this.config.dHead];
    const tables = {
      cos: new Tensor("float32", cos, row),
      sin: new Tensor("float32", sin, row),
      mask: new Tensor("float32", causalMask(start, tokens), [tokens, start + tokens]),
    };
    this.last = { key, tables };
    return tables;
  }

  /** [rows, tokens, heads, dHead] for queries and for keys. */
  shapes(rows: number, tokens: number): Record<"query_shape" | "key_shape", Tensor> {
    const { nHeads, nKvHeads, dHead } = this.config;
    return { query_shape: ints([rows, tokens, nHeads, dHead]), key_shape: ints([rows, tokens, nKvHeads, dHead]) };
  }
}

export const ints = (values: readonly number[], dims: readonly number[] = [values.length]): Tensor =>
  new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
