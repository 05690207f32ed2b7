/** Prompts run with rows of one site replaced or added to, each prompt with its own edits, and continued greedily. Prompts
 *  of one length go through a block together; keys and values are kept only where tokens are generated. */
import type { ModelConfig } from "../checkpoint/types";
import type { Overwrite, Prefix, Stages } from "../forward/types";
import { joined } from "./lines";

/** Where an edit goes in; a head's z has no row of the stream's width. */
export type EditSite = "resid_pre" | "resid_post" | "attn_out" | "mlp_out";
export const EDIT_SITES: readonly EditSite[] = ["resid_post", "resid_pre", "attn_out", "mlp_out"];

export interface RowEdit {
  layer: number;
  /** Counted from the front; `all`: every token of the prompt, and every one that is generated. */
  positions: readonly number[] | "all";
  /** [dModel] */
  values: Float32Array;
}

export interface EditedRow {
  tokens: readonly number[];
  edits: readonly RowEdit[];
}

export interface EditedRun {
  /** resid_post of the last layer at the prompt's last token, [dModel]. */
  last: Float32Array;
  /** New tokens, without the stop token. */
  generated: number[];
}

export interface EditedOptions {
  site: EditSite;
  kind: "set" | "add";
  maxNewTokens?: number;
  stopIds?: readonly number[];
  signal?: AbortSignal;
}

/** Runs of `rows`, in the order given.
 *  @throws the signal's reason when it is aborted between two calls. */
export async function runEdited(
  stages: Stages,
  config: ModelConfig,
  rows: readonly EditedRow[],
  options: EditedOptions,
): Promise<EditedRun[]> {
  const runs: EditedRun[] = [];
  for (const length of new Set(rows.map(({ tokens }) => tokens.length))) {
    const members = [...rows.keys()].filter((i) => rows[i].tokens.length === length);
    const group = new Group(
      stages,
      config,
      members.map((i) => rows[i]),
      options,
    );
    const made = await group.run();
    members.forEach((i, at) => {
      runs[i] = made[at];
    });
  }
  return runs;
}

/** Keys and values of one layer so far, [rows, nKvHeads, length, dHead]. */
interface Kept {
  k: Float32Array;
  v: Float32Array;
}

class Group {
  private readonly kept: Kept[] = [];
  /** Tokens that lie behind. */
  private length = 0;

  constructor(
    private readonly stages: Stages,
    private readonly config: ModelConfig,
    private readonly rows: readonly EditedRow[],
    private readonly options: EditedOptions,
  ) {}

  async run(): Promise<EditedRun[]> {
    const { maxNewTokens = 0, stopIds = [] } = this.options;
    const last = await this.advance(
      this.rows.map(({ tokens }) => tokens),
      maxNewTokens > 1,
    );
    const runs = last.map((x): EditedRun => ({ last: x, generated: [] }));
    const open = new Set(runs.keys());
    let ends = last;
    for (let made = 0; made < maxNewTokens; made++) {
      const next = await this.likeliest(ends);
      next.forEach((id, row) => {
        if (!open.has(row)) return;
        if (stopIds.includes(id)) open.delete(row);
        else runs[row].generated.push(id);
      });
      if (open.size === 0 || made === maxNewTokens - 1) break;
      ends = await this.advance(
        next.map((id) => [id]),
        true,
      );
    }
    return runs;
  }

  /** Tokens of every row through all blocks; the last token's rows. */
  private async advance(ids: readonly (readonly number[])[], keep: boolean): Promise<Float32Array[]> {
    const { stages, config, rows, options } = this;
    const { site, kind } = options;
    const { dModel } = config;
    const tokens = ids[0].length;
    const start = this.length;
    let { data } = await stages.embed(Int32Array.from(ids.flat())); // [rows * tokens, dModel]
    for (let layer = 0; layer < config.nLayers; layer++) {
      options.signal?.throwIfAborted();
      const { units, values } = this.editsAt(layer, tokens);
      if (site === "resid_pre") data = changed(data, units, values, kind);
      const x = { dims: [rows.length * tokens, dModel], data };
      const prefix = start === 0 ? null : this.prefix(layer);
      const input = { layer, x, rows: rows.length, tokens, start, prefix, keys: keep };
      const inside = units.length > 0 && (site === "attn_out" || site === "mlp_out");
      const overwrite: Overwrite | undefined = inside
        ? { site, kind, rows: Int32Array.from(units), values: { dims: [units.length, dModel], data: joined(values) } }
        : undefined;
      const { y, k, v } = await stages.block({ ...input, ...(overwrite ? { overwrite } : {}) });
      data = site === "resid_post" ? changed(y.data, units, values, kind) : y.data;
      if (keep) this.keep(layer, { k: k.data, v: v.data }, tokens);
    }
    this.length = start + tokens;
    return rows.map((_, row) => data.slice(((row + 1) * tokens - 1) * dModel, (row + 1) * tokens * dModel));
  }

  /** Edits of a layer that fall on the tokens at work, which begin where `length` ends. */
  private editsAt(layer: number, tokens: number): { units: number[]; values: Float32Array[] } {
    const units: number[] = [];
    const values: Float32Array[] = [];
    this.rows.forEach(({ edits }, row) => {
      for (const edit of edits) {
        if (edit.layer !== layer) continue;
        for (let token = 0; token < tokens; token++) {
          if (edit.positions !== "all" && !edit.positions.includes(this.length + token)) continue;
          units.push(row * tokens + token);
          values.push(edit.values);
        }
      }
    });
    return { units, values };
  }

  private async likeliest(ends: readonly Float32Array[]): Promise<number[]> {
    const x = { dims: [ends.length, this.config.dModel], data: joined(ends) };
    const { topIds } = await this.stages.head({ x, answers: new Int32Array(ends.length), topK: 1 });
    return Array.from(topIds as Int32Array);
  }

  private prefix(layer: number): Prefix {
    const { nKvHeads, dHead } = this.config;
    const dims = [this.rows.length, nKvHeads, this.length, dHead];
    const { k, v } = this.kept[layer];
    return { k: { dims, data: k }, v: { dims, data: v }, group: Int32Array.from(this.rows.keys()) };
  }

  private keep(layer: number, made: Kept, tokens: number): void {
    const before = this.kept[layer];
    const { dHead } = this.config;
    const appended = (old: Float32Array, more: Float32Array): Float32Array => {
      const [was, adds] = [this.length * dHead, tokens * dHead];
      const out = new Float32Array(old.length + more.length);
      for (let head = 0; head * adds < more.length; head++) {
        out.set(old.subarray(head * was, (head + 1) * was), head * (was + adds));
        out.set(more.subarray(head * adds, (head + 1) * adds), head * (was + adds) + was);
      }
      return out;
    };
    this.kept[layer] = before === undefined ? made : { k: appended(before.k, made.k), v: appended(before.v, made.v) };
  }
}

/** The stream with its rows replaced or added to. */
function changed(
  x: Float32Array,
  units: readonly number[],
  values: readonly Float32Array[],
  kind: "set" | "add",
): Float32Array {
  if (units.length === 0) return x;
  const out = x.slice();
  units.forEach((unit, i) => {
    const given = values[i];
    const row = out.subarray(unit * given.length, (unit + 1) * given.length);
    if (kind === "set") row.set(given);
    else for (let j = 0; j < given.length; j++) row[j] += given[j];
  });
  return out;
}
