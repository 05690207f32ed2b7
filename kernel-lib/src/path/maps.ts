/** The frozen model's linear maps on onnxruntime: what path/ works with, from what session/ runs. */
import type { ModelConfig } from "../checkpoint/types";
import type { Model } from "../forward/types";
import type { Frozen, LayerEdges, LinearMaps, Shares } from "./types";

export interface OpenMaps extends LinearMaps {
  /** Lets the frozen model's tables go; the model itself stays open. */
  close(): Promise<void>;
}

/** Opens the maps of a frozen prompt along given edges.
 *  @param answer the token that `head` ranks */
export async function openMaps(
  model: Model,
  frozen: Frozen,
  edges: readonly LayerEdges[],
  answer: number,
  signal?: AbortSignal,
): Promise<OpenMaps> {
  const { host, config } = model;
  const layers = frozen.layers.map(({ attnIn, attnOut, mlpIn, gate, mlpOut }, l) => {
    const { from, to, weight, identity } = edges[l];
    return { attnIn, attnOut, mlpIn, gate, mlpOut, from, to, weight, identity };
  });
  const id = await host.call("linearHold", { layers, final: frozen.final, answer });
  const keeping = new Set<number>();
  const step =
    (direction: "forward" | "backward") => (layer: number, x: Float32Array, of: Int32Array, edge: Int32Array) =>
      host.call("linearStep", { model: id, layer, direction, x, of, edge }, signal);
  return {
    dModel: config.dModel,
    vocab: config.vocab,
    shares: sharesOf(config),
    answer,
    forward: step("forward"),
    backward: step("backward"),
    async head(x, topK) {
      const reply = await host.call(
        "linearHead",
        { model: id, x, topK: Math.min(topK, config.vocab), logits: false },
        signal,
      );
      return { logit: reply.answerLogit, rank: reply.rank, topIds: reply.topIds };
    },
    unembedRows: (ids) => host.call("unembedRows", { model: id, ids }, signal),
    product: (left, right) => host.call("product", { left, right }, signal),
    async keep(right) {
      const kept = await host.call("productHold", right, signal);
      keeping.add(kept);
      return {
        times: (left) => host.call("product", { left, right: kept }, signal),
        async drop() {
          keeping.delete(kept);
          await host.call("productDrop", kept);
        },
      };
    },
    logits: async (x) => (await host.call("linearHead", { model: id, x, topK: 0, logits: true }, signal)).logits,
    async close() {
      for (const kept of keeping) await host.call("productDrop", kept);
      await host.call("linearDrop", id);
    },
  };
}

/** A linear block holds W_V, W_O, W_up and W_down. */
function sharesOf({ dModel: d, dMlp, dHead, nHeads, nKvHeads }: ModelConfig): Shares {
  const values = nKvHeads * dHead * d;
  const block = values + nHeads * dHead * d + 2 * dMlp * d;
  return { map: (d * d) / block, values: values / block };
}
