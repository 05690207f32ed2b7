/** Runs the stages of one model: embed, blocks, head. Any number of rows; chunks are cut here. */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { blockGraph } from "../graph/block";
import { embedGraph } from "../graph/embed";
import { headGraph } from "../graph/head";
import { blockHooks, type HookShape } from "../graph/hooks";
import { type BlockVariant, variantKey } from "../graph/taps";
import type { WeightMap } from "../graph/weights";
import { throwIfAborted } from "./abort";
import { changeRows } from "./change";
import { runHead, runLogits } from "./head";
import { blockTokens } from "./limits";
import { LinearRuns } from "./linear";
import { ints, Places } from "./place";
import { SessionPool } from "./pool";
import type { BlockCall, BlockReply, Cancel, Edit, EngineSpec, HeadCall, HeadReply } from "./types";

export class StageRunner {
  readonly linear: LinearRuns;
  private readonly pool: SessionPool;
  private readonly weights: WeightMap;
  private readonly places: Places;
  private readonly hooks: ReadonlyMap<string, HookShape>;

  constructor(readonly spec: EngineSpec) {
    this.pool = new SessionPool(spec);
    const computeIn = HALF[spec.precision];
    this.weights = new Map(spec.weights.map(([role, tensor]) => [role, { ...tensor, computeIn }]));
    this.places = new Places(spec.config);
    this.hooks = blockHooks(spec.config);
    this.linear = new LinearRuns(spec.config, this.weights, (key, build) =>
      this.pool.session(key, build, { shared: true }),
    );
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** ids [n] -> [n, dModel] */
  async embed(ids: Int32Array): Promise<Float32Array> {
    const { config } = this.spec;
    // On any device: a lookup of rows is no work, and not every GPU reads half-precision tables.
    const session = await this.pool.session("embed", () => embedGraph(config, this.weights), { device: "cpu" });
    const x = new Float32Array(ids.length * config.dModel);
    const fetches = { x: new Tensor("float32", x, [ids.length, config.dModel]) };
    await session.run({ ids: new Tensor("int32", ids, [ids.length]) }, fetches);
    return x;
  }

  /** One block over all rows. Changes of resid_pre and resid_post happen out here, on x and y, so the session is the
   *  plain one and rows that nobody changes keep their bits. */
  async block(call: BlockCall, cancel: Cancel): Promise<BlockReply> {
    const { dModel, nKvHeads, dHead } = this.spec.config;
    const { rows, tokens } = call;
    const x = changeRows(call.x, { edits: call.edits, hook: "hook_resid_pre", width: dModel });
    const kept = call.keys ? rows * nKvHeads * tokens * dHead : 0;
    const reply: BlockReply = {
      y: new Float32Array(rows * tokens * dModel),
      k: new Float32Array(kept),
      v: new Float32Array(kept),
      hooks: {},
    };
    const step = Math.max(1, Math.floor(blockTokens(this.spec.config) / tokens));
    for (let from = 0; from < rows; from += step) {
      throwIfAborted(cancel);
      await this.blockChunk({ ...call, x }, reply, { from, to: Math.min(rows, from + step) });
    }
    reply.y = changeRows(reply.y, { edits: call.edits, hook: "hook_resid_post", width: dModel });
    if (call.want.includes("hook_resid_pre")) reply.hooks.hook_resid_pre = x.slice();
    if (call.want.includes("hook_resid_post")) reply.hooks.hook_resid_post = reply.y.slice();
    return reply;
  }

  head(call: HeadCall, cancel: Cancel): Promise<HeadReply> {
    return runHead(call, { config: this.spec.config, session: () => this.headSession(), cancel });
  }

  /** x [rows, dModel] -> logits [rows, vocab] and the final norm's scale [rows]. */
  logits(x: Float32Array, cancel: Cancel): Promise<{ logits: Float32Array; scale: Float32Array }> {
    return runLogits(x, { config: this.spec.config, session: () => this.headSession(), cancel });
  }

  private headSession(): Promise<InferenceSession> {
    // Its buffers are the largest, and the same at each call: fresh pages would cost a quarter of its time.
    return this.pool.session("head", () => headGraph(this.spec.config, this.weights), { arena: true });
  }

  private async blockChunk(call: BlockCall, reply: BlockReply, { from, to }: Range): Promise<void> {
    const { config } = this.spec;
    const { tokens, start } = call;
    const rows = to - from;
    const row = tokens * config.dModel;
    const inside = call.edits
      .filter(({ hook }) => !OUTSIDE.includes(hook))
      .map((edit) => this.cut(edit, { call, from, to }))
      .filter(({ units }) => units.length > 0);
    const variant: BlockVariant = {
      want: call.want.filter((hook) => !OUTSIDE.includes(hook)),
      edits: inside.map(({ hook, kind }) => ({ hook, kind })),
    };
    const session = await this.pool.session(`block.${call.layer} ${variantKey(variant)}`, () =>
      blockGraph(config, this.weights, { layer: call.layer, variant }),
    );
    const feeds: Record<string, Tensor> = {
      x: new Tensor("float32", call.x.subarray(from * row, to * row), [rows * tokens, config.dModel]),
      ...this.places.tables(start, tokens),
      ...this.places.shapes(rows, tokens),
      ...this.prefixFeeds(call, { from, to }),
    };
    inside.forEach(({ units, values }, i) => {
      feeds[`edit.${i}.index`] = ints(Array.from(units), [units.length, 1]);
      feeds[`edit.${i}.values`] = new Tensor("float32", values, [units.length, values.length / units.length]);
    });
    const fetches: Record<string, Tensor | null> = {
      y: new Tensor("float32", reply.y.subarray(from * row, to * row), [rows * tokens, config.dModel]),
    };
    if (call.keys) {
      const own = config.nKvHeads * tokens * config.dHead;
      const dims = [rows, config.nKvHeads, tokens, config.dHead];
      fetches.k = new Tensor("float32", reply.k.subarray(from * own, to * own), dims);
      fetches.v = new Tensor("float32", reply.v.subarray(from * own, to * own), dims);
    }
    for (const hook of variant.want) fetches[hook] = null;
    const out = await session.run(feeds, fetches);
    for (const hook of variant.want) {
      const part = out[hook].data as Float32Array;
      reply.hooks[hook] ??= new Float32Array((part.length / rows) * call.rows);
      reply.hooks[hook].set(part, (part.length / rows) * from);
      out[hook].dispose();
    }
  }

  private prefixFeeds({ prefix, start }: BlockCall, { from, to }: Range): Record<string, Tensor> {
    const { nKvHeads, dHead } = this.spec.config;
    const k = prefix?.k ?? new Float32Array(0);
    const v = prefix?.v ?? new Float32Array(0);
    const dims = [start === 0 ? 1 : k.length / (nKvHeads * start * dHead), nKvHeads, start, dHead];
    const group = prefix === null ? new Int32Array(to - from) : prefix.group.slice(from, to);
    return {
      prefix_k: new Tensor("float32", k, dims),
      prefix_v: new Tensor("float32", v, dims),
      group: new Tensor("int32", group, [to - from]),
    };
  }

  /** The part of an edit that lies in rows from..to, units counted from the first of them. */
  private cut(edit: Edit, { call, from, to }: { call: BlockCall } & Range): Edit {
    const heads = this.hooks.get(edit.hook)?.heads ?? 1;
    const perRow = call.tokens * heads;
    if (from === 0 && to === call.rows) return edit;
    const width = edit.values.length / edit.units.length;
    const kept = [...edit.units.keys()].filter((i) => edit.units[i] >= from * perRow && edit.units[i] < to * perRow);
    const values = new Float32Array(kept.length * width);
    kept.forEach((i, at) => {
      values.set(edit.values.subarray(i * width, (i + 1) * width), at * width);
    });
    return { ...edit, units: Int32Array.from(kept, (i) => edit.units[i] - from * perRow), values };
  }
}

const HALF = { fp32: undefined, fp16: "float16", bf16: "bfloat16" } as const;

interface Range {
  from: number;
  to: number;
}
/** Hooks that are a block's input and output themselves. */
const OUTSIDE: readonly string[] = ["hook_resid_pre", "hook_resid_post"];
