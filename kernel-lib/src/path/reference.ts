/** Path tracing as plainly as it can be written: depth first, one vector, double precision, every path walked in full.
 *  The fast tracer is compared with this one; use it on small models only. */

import { pathsToEnd } from "./count";
import { layerEdges } from "./edges";
import { carries, NOTHING, SCALE } from "./rows";
import type { Completeness, Frozen, FrozenLayer, KeptPath, LayerEdges, Trace, TraceRequest } from "./types";

/** The matrices the maps are made of, stored [out, in] as in the checkpoint. */
export interface PathWeights {
  nHeads: number;
  nKvHeads: number;
  dModel: number;
  dHead: number;
  dMlp: number;
  vocab: number;
  layers: readonly {
    /** [nKvHeads * dHead, d] */ v: Float32Array;
    /** [d, nHeads * dHead] */ o: Float32Array;
    /** [f, d] */ up: Float32Array;
    /** [d, f] */ down: Float32Array;
  }[];
  /** [vocab, d] */
  unembed: Float32Array;
}

/** Traces all paths of `request`; see `Trace`. Cost: one block application per step of every path. */
export function traceReference(frozen: Frozen, weights: PathWeights, request: TraceRequest): Trace {
  const length = frozen.tokens.length;
  const edges = frozen.layers.map((layer) =>
    layerEdges(layer.pattern, weights.nHeads, length, request.topK, request.equation),
  );
  const toEnd = pathsToEnd(edges, length);
  const kept: KeptPath[] = [];
  const sum = new Float64Array(weights.vocab);
  const positions = new Int32Array(edges.length + 1);

  const walk = (vector: Float64Array, layer: number): void => {
    const here = positions[layer];
    if (layer === edges.length) {
      const logits = unembed(vector, frozen.final, weights);
      const answer = logits[request.answer];
      let rank = 1;
      for (let t = 0; t < logits.length; t++) {
        sum[t] += logits[t];
        if (logits[t] > answer) rank++;
      }
      if (rank <= request.maxRank && carries(vector, 0, weights.dModel, NOTHING / SCALE))
        kept.push({ positions: positions.slice(), rank, logit: answer });
      return;
    }
    for (const e of edges[layer].outgoing.subarray(edges[layer].start[here], edges[layer].start[here + 1])) {
      const to = edges[layer].to[e];
      if (toEnd[layer + 1][to] === 0) continue;
      positions[layer + 1] = to;
      walk(step(vector, e, edges[layer], frozen.layers[layer], weights, layer), layer + 1);
    }
  };
  for (const source of [...request.sources].sort((a, b) => a - b)) {
    positions[0] = source;
    walk(Float64Array.from(frozen.embed.subarray(source * weights.dModel, (source + 1) * weights.dModel)), 0);
  }
  return {
    totalPaths: request.sources.map((s) => toEnd[0][s]),
    kept,
    completeness: completeness(sum, frozen.logits, request.answer),
    edges,
  };
}

/** One vector along one edge. DESIGN's map: v <- [i = j] v + s_att(i) * sum_h a W_O W_V v; v <- v + s_mlp(i) * W_down(D_i W_up v). */
function step(
  vector: Float64Array,
  edge: number,
  edges: LayerEdges,
  frozen: FrozenLayer,
  weights: PathWeights,
  layer: number,
): Float64Array {
  const { nHeads, nKvHeads, dHead, dModel: d } = weights;
  const { v, o, up, down } = weights.layers[layer];
  const [from, to] = [edges.from[edge], edges.to[edge]];
  const values = matVec(v, scaled(vector, frozen.attnIn, from, d), nKvHeads * dHead); // [nKvHeads * dHead]
  const z = new Float64Array(nHeads * dHead);
  for (let h = 0; h < nHeads; h++) {
    const kv = Math.floor((h * nKvHeads) / nHeads);
    for (let c = 0; c < dHead; c++) z[h * dHead + c] = edges.weight[edge * nHeads + h] * values[kv * dHead + c];
  }
  const attention = scaled(matVec(o, z, d), frozen.attnOut, to, d);
  const mid = vector.map((x, c) => edges.identity[edge] * x + attention[c]);
  const hidden = matVec(up, scaled(mid, frozen.mlpIn, to, d), weights.dMlp);
  for (let c = 0; c < hidden.length; c++) hidden[c] *= frozen.gate[to * weights.dMlp + c];
  const mlp = scaled(matVec(down, hidden, d), frozen.mlpOut, to, d);
  return mid.map((x, c) => x + mlp[c]);
}

/** Logits of one path's end vector, [vocab]. */
function unembed(vector: Float64Array, final: Float32Array, weights: PathWeights): Float64Array {
  return matVec(weights.unembed, scaled(vector, final, 0, weights.dModel), weights.vocab);
}

/** Row `at` of a [rows, d] diagonal applied to a vector; null is the identity. */
function scaled(vector: Float64Array, scale: Float32Array | null, at: number, d: number): Float64Array {
  return scale === null ? vector : vector.map((x, c) => x * scale[at * d + c]);
}

/** matrix [rows, vector.length] times vector. */
function matVec(matrix: Float32Array, vector: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let total = 0;
    for (let c = 0; c < vector.length; c++) total += matrix[r * vector.length + c] * vector[c];
    out[r] = total;
  }
  return out;
}

/** Compares the summed logits of all paths with the model's. */
export function completeness(paths: ArrayLike<number>, model: ArrayLike<number>, answer: number): Completeness {
  let [dot, pp, mm] = [0, 0, 0];
  for (let t = 0; t < model.length; t++) {
    dot += paths[t] * model[t];
    pp += paths[t] ** 2;
    mm += model[t] ** 2;
  }
  return {
    modelLogit: model[answer],
    pathsLogit: paths[answer],
    cosine: dot / Math.sqrt(pp * mm),
    normRatio: Math.sqrt(pp / mm),
  };
}
