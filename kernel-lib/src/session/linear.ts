/** The frozen model's linear maps over rows, for path tracing. What a trace keeps using (diagonals, edge tables) is
 *  opened once and stays on this side of the thread; rows come and go. Sessions over F32 weights are not prepacked:
 *  forward and backward then share the pages of the checkpoint's own file. */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../checkpoint/types";
import type { StageGraph } from "../graph/builder";
import { hasDiagonal, linearBlockGraph, linearHeadGraph, productGraph, unembedRowsGraph } from "../graph/linear";
import type { WeightMap } from "../graph/weights";
import { throwIfAborted } from "./abort";
import { headRows } from "./limits";
import { ints } from "./place";
import type {
  Cancel,
  LinearHeadCall,
  LinearHeadReply,
  LinearLayer,
  LinearModel,
  LinearStepCall,
  ProductCall,
} from "./types";

/** Opens a session by key; kept by the pool. */
export type OpenSession = (key: string, build: () => StageGraph) => Promise<InferenceSession>;

export class LinearRuns {
  private readonly models = new Map<number, LinearModel>();
  private readonly rights = new Map<number, Float32Array>();
  private next = 1;

  constructor(
    private readonly config: ModelConfig,
    private readonly weights: WeightMap,
    private readonly open: OpenSession,
  ) {}

  /** Keeps a frozen model; the number names it in later calls. */
  hold(model: LinearModel): number {
    this.models.set(this.next, model);
    return this.next++;
  }
  drop(id: number): void {
    this.models.delete(id);
  }

  /** x [n, dModel] -> rows [of.length, dModel] along, or against, the edges. */
  async step({ model, layer, direction, x, of, edge }: LinearStepCall, cancel: Cancel): Promise<Float32Array> {
    throwIfAborted(cancel);
    const { config, weights } = this;
    const tables = this.get(model).layers[layer];
    const session = await this.open(`linear.${direction}.${layer}`, () =>
      linearBlockGraph(config, weights, { layer, direction }),
    );
    const rows = of.length;
    const from = edge.map((e) => tables.from[e]);
    const to = edge.map((e) => tables.to[e]);
    const feeds: Record<string, Tensor> = {
      x: new Tensor("float32", x, [x.length / config.dModel, config.dModel]),
      of: new Tensor("int32", of, [rows]),
      edge: new Tensor("int32", edge, [rows]),
      weight: new Tensor("float32", tables.weight, [tables.from.length, config.nHeads]),
      identity: new Tensor("float32", tables.identity, [tables.from.length, 1]),
      ...this.diagonals(tables, direction, { of, from, to, n: x.length / config.dModel }),
    };
    const y = new Float32Array(rows * config.dModel);
    await session.run(feeds, { y: new Tensor("float32", y, [rows, config.dModel]) });
    return y;
  }

  /** x [rows, dModel] -> the answer's logit and rank from 1, and what else is asked for. */
  async head({ model, x, topK, logits }: LinearHeadCall, cancel: Cancel): Promise<LinearHeadReply> {
    const { dModel, vocab } = this.config;
    const { final, answer } = this.get(model);
    const rows = x.length / dModel;
    const reply: LinearHeadReply = {
      answerLogit: new Float32Array(rows),
      rank: new Int32Array(rows),
      topIds: new Int32Array(rows * topK),
      logits: new Float32Array(logits ? rows * vocab : 0),
    };
    const session = await this.open("linear.head", () => linearHeadGraph(this.config, this.weights));
    const step = headRows(this.config);
    for (let from = 0; from < rows; from += step) {
      throwIfAborted(cancel);
      const to = Math.min(rows, from + step);
      const out = await session.run(
        {
          x: new Tensor("float32", x.subarray(from * dModel, to * dModel), [to - from, dModel]),
          final: new Tensor("float32", final, [1, dModel]),
          answer: ints([answer]),
          k: ints([Math.max(1, topK)]),
          with_top: new Tensor("bool", [topK > 0], []),
          with_logits: new Tensor("bool", [logits], []),
        },
        ["answer_logit", "above", ...(topK > 0 ? ["top_ids"] : []), ...(logits ? ["logits"] : [])],
      );
      const data = (name: string) => out[name].data as Float32Array;
      reply.answerLogit.set(data("answer_logit"), from);
      reply.rank.set(
        data("above").map((above) => above + 1),
        from,
      );
      if (topK > 0) reply.topIds.set(data("top_ids"), from * topK);
      if (logits) reply.logits.set(data("logits"), from * vocab);
      for (const tensor of Object.values(out)) tensor.dispose();
    }
    return reply;
  }

  /** Rows of W_U times the final norm's diagonal, [ids.length, dModel]. */
  async unembedRows({ model, ids }: { model: number; ids: Int32Array }): Promise<Float32Array> {
    const { dModel } = this.config;
    const session = await this.open("unembed.rows", () => unembedRowsGraph(this.config, this.weights));
    const rows = new Float32Array(ids.length * dModel);
    await session.run(
      { ids: new Tensor("int32", ids, [ids.length]), final: new Tensor("float32", this.get(model).final, [1, dModel]) },
      { rows: new Tensor("float32", rows, [ids.length, dModel]) },
    );
    return rows;
  }

  /** Keeps the right-hand side of products to come, so that it crosses the thread once. */
  holdRight(right: Float32Array): number {
    this.rights.set(this.next, right);
    return this.next++;
  }
  dropRight(id: number): void {
    this.rights.delete(id);
  }

  /** left [n, dModel] times right [m, dModel] transposed, [n, m]. */
  async product({ left, right: given }: ProductCall): Promise<Float32Array> {
    const { dModel: d } = this.config;
    const right = typeof given === "number" ? this.rights.get(given) : given;
    if (right === undefined) throw new Error(`no right-hand side ${given}: it was dropped`);
    const session = await this.open("product", productGraph);
    const [n, m] = [left.length / d, right.length / d];
    const y = new Float32Array(n * m);
    await session.run(
      { left: new Tensor("float32", left, [n, d]), right: new Tensor("float32", right, [m, d]) },
      { y: new Tensor("float32", y, [n, m]) },
    );
    return y;
  }

  private get(id: number): LinearModel {
    const model = this.models.get(id);
    if (model === undefined) throw new Error(`no frozen model ${id}: it was closed`);
    return model;
  }

  /** Tables and positions of the diagonals that this architecture has in this direction. */
  private diagonals(
    tables: LinearLayer,
    direction: "forward" | "backward",
    { of, from, to, n }: { of: Int32Array; from: Int32Array; to: Int32Array; n: number },
  ): Record<string, Tensor> {
    const { config } = this;
    const width = (table: Float32Array, w: number) => new Tensor("float32", table, [table.length / w, w]);
    const rows = (values: Int32Array) => new Tensor("int32", values, [values.length]);
    const { gate, attnIn, attnOut, mlpIn, mlpOut } = tables;
    const forward = direction === "forward";
    const before = hasDiagonal(config, "attn_in");
    const feeds: Record<string, Tensor> = { gate: width(gate, config.dMlp) };
    // Forward, what an edge leads to has diagonals of its own; backward, what all edges of a row come from has.
    if (forward) feeds.to = rows(to);
    if (!forward || before) {
      const at = new Int32Array(n);
      const own = forward ? from : to;
      of.forEach((row, r) => {
        at[row] = own[r];
      });
      feeds.at = rows(at);
    }
    if (before && attnIn && mlpIn) {
      feeds.attn_in = width(attnIn, config.dModel);
      feeds.mlp_in = width(mlpIn, config.dModel);
      if (!forward) feeds.from = rows(from);
    }
    if (hasDiagonal(config, "attn_out") && attnOut && mlpOut) {
      feeds.attn_out = width(attnOut, config.dModel);
      feeds.mlp_out = width(mlpOut, config.dModel);
    }
    return feeds;
  }
}
