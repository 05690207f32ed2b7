/** Prompts run with rows of one site replaced or added to, each prompt with its own edits, and continued greedily. Prompts
 *  of one length go through a block together, and what equal prompts share below their first edits is computed once;
 *  keys and values are kept only where tokens are generated. */
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

/** Keys and values of one layer so far: [groups, nKvHeads, length, dHead], and which of the groups a row has. */
interface Kept {
  k: Float32Array;
  v: Float32Array;
  group: Int32Array;
}

/** Rows of one length on their way. Rows that hold the same stream (one array, not just equal ones) have not parted
 *  yet: a block computes them once, up to the layer of their first edit. */
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
    const prompts = this.rows.map(({ tokens }) => tokens);
    const last = await this.advance(prompts, maxNewTokens > 1);
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
      const ids = next.map((id) => [id]);
      ends = await this.advance(ids, true);
    }
    return runs;
  }

  /** Tokens of every row through all blocks; the last token's rows. */
  private async advance(ids: readonly (readonly number[])[], keep: boolean): Promise<Float32Array[]> {
    const { stages, config, options } = this;
    const { site, kind, signal } = options;
    const { dModel } = config;
    const tokens = ids[0].length;
    const start = this.length;
    let streams = await this.embedded(ids); // by row: [tokens, dModel]
    for (let layer = 0; layer < config.nLayers; layer++) {
      signal?.throwIfAborted();
      const edits = this.editsAt(layer, tokens);
      if (site === "resid_pre") streams = streams.map((x, row) => changed(x, edits[row], kind));
      const inside = site === "attn_out" || site === "mlp_out";
      // Rows part where one of them is edited, and where they go on from different keys and values.
      const parts = streams.map((x, row) => (start > 0 || (inside && edits[row].length > 0) ? { x } : x));
      const distinct = [...new Set(parts)];
      const first = distinct.map((part) => parts.indexOf(part));
      const group = Int32Array.from(parts, (part) => distinct.indexOf(part));
      const x = { dims: [first.length * tokens, dModel], data: joined(first.map((row) => streams[row])) };
      const prefix = start === 0 ? null : this.prefix(layer);
      const units = inside
        ? first.flatMap((row, at) => edits[row].map((edit) => ({ ...edit, at: at * tokens + edit.at })))
        : [];
      const overwrite: Overwrite | undefined =
        units.length === 0
          ? undefined
          : {
              site: site as Overwrite["site"],
              kind,
              rows: Int32Array.from(units, ({ at }) => at),
              values: { dims: [units.length, dModel], data: joined(units.map(({ values }) => values)) },
            };
      const { y, k, v } = await stages.block({
        ...{ layer, x, rows: first.length, tokens, start, prefix, keys: keep },
        ...(overwrite ? { overwrite } : {}),
      });
      const wide = tokens * dModel;
      const made = first.map((_, at) => y.data.slice(at * wide, (at + 1) * wide));
      streams = streams.map((_, row) => made[group[row]]);
      if (site === "resid_post") streams = streams.map((stream, row) => changed(stream, edits[row], kind));
      if (keep) this.keep(layer, { k: k.data, v: v.data, group }, tokens);
    }
    this.length = start + tokens;
    return streams.map((stream) => stream.slice(-dModel));
  }

  /** The streams below the first block; rows of the same prompt hold the same array. */
  private async embedded(ids: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const { dModel } = this.config;
    const keys = ids.map((tokens) => tokens.join());
    const distinct = new Map(ids.map((tokens, row) => [keys[row], tokens]));
    const { data } = await this.stages.embed(Int32Array.from([...distinct.values()].flat()));
    const wide = ids[0].length * dModel;
    const places = [...distinct.keys()];
    const streams = places.map((_, at) => data.slice(at * wide, (at + 1) * wide));
    return keys.map((key) => streams[places.indexOf(key)]);
  }

  /** By row: edits of a layer that fall on the tokens at work, which begin where `length` ends. */
  private editsAt(layer: number, tokens: number): PlacedEdit[][] {
    return this.rows.map(({ edits }) =>
      edits.flatMap((edit) => {
        if (edit.layer !== layer) return [];
        const places =
          edit.positions === "all" ? [...Array(tokens).keys()] : edit.positions.map((p) => p - this.length);
        return places.filter((at) => at >= 0 && at < tokens).map((at) => ({ at, values: edit.values }));
      }),
    );
  }

  private async likeliest(ends: readonly Float32Array[]): Promise<number[]> {
    const x = { dims: [ends.length, this.config.dModel], data: joined(ends) };
    const { topIds } = await this.stages.head({ x, answers: new Int32Array(ends.length), topK: 1 });
    return Array.from(topIds as Int32Array);
  }

  private prefix(layer: number): Prefix {
    const { nKvHeads, dHead } = this.config;
    const { k, v, group } = this.kept[layer];
    const dims = [k.length / (nKvHeads * this.length * dHead), nKvHeads, this.length, dHead];
    return { k: { dims, data: k }, v: { dims, data: v }, group };
  }

  /** Adds what a block has made; after the prompt every row has its own. */
  private keep(layer: number, made: Kept, tokens: number): void {
    const before = this.kept[layer];
    this.kept[layer] =
      before === undefined
        ? made
        : {
            k: this.appended(before.k, made.k, before.group, tokens),
            v: this.appended(before.v, made.v, before.group, tokens),
            group: Int32Array.from(this.rows.keys()),
          };
  }

  private appended(old: Float32Array, more: Float32Array, group: Int32Array, tokens: number): Float32Array {
    const { nKvHeads, dHead } = this.config;
    const [was, adds] = [this.length * dHead, tokens * dHead];
    const out = new Float32Array(group.length * nKvHeads * (was + adds));
    group.forEach((from, row) => {
      for (let head = 0; head < nKvHeads; head++) {
        const source = from * nKvHeads + head;
        const at = row * nKvHeads + head;
        out.set(old.subarray(source * was, (source + 1) * was), at * (was + adds));
        out.set(more.subarray(at * adds, (at + 1) * adds), at * (was + adds) + was);
      }
    });
    return out;
  }
}

/** One token's row, counted from the first token at work, and what goes into it. */
interface PlacedEdit {
  at: number;
  values: Float32Array;
}

/** The stream with its rows replaced or added to; itself when there is nothing to change. */
function changed(x: Float32Array, edits: readonly PlacedEdit[], kind: "set" | "add"): Float32Array {
  if (edits.length === 0) return x;
  const out = x.slice();
  for (const { at, values } of edits) {
    const row = out.subarray(at * values.length, (at + 1) * values.length);
    if (kind === "set") row.set(values);
    else for (let j = 0; j < values.length; j++) row[j] += values[j];
  }
  return out;
}
