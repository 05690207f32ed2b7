/** The linear maps of a frozen model in plain loops and double precision, for tests of the tracer without onnxruntime. */
import type { PathWeights } from "../../kernel-lib/src/path/reference";
import type { Frozen, LayerEdges, LinearMaps } from "../../kernel-lib/src/path/types";

/** Multiplies row by row: out [n, rows] = x [n, cols] times matrix [rows, cols] transposed, or not transposed. */
function product(x: Float64Array, matrix: ArrayLike<number>, n: number, cols: number, rows: number): Float64Array {
  const out = new Float64Array(n * rows);
  for (let i = 0; i < n; i++)
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < cols; c++) sum += x[i * cols + c] * matrix[r * cols + c];
      out[i * rows + r] = sum;
    }
  return out;
}

function transpose(matrix: ArrayLike<number>, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out[c * rows + r] = matrix[r * cols + c];
  return out;
}

export function plainMaps(
  frozen: Frozen,
  weights: PathWeights,
  edges: readonly LayerEdges[],
  answer: number,
): LinearMaps {
  const { nHeads, nKvHeads, dHead, dModel: d, dMlp: f, vocab } = weights;
  const rowsOf = (v: Float32Array, of: Int32Array): Float64Array[] =>
    Array.from(of, (r) => Float64Array.from(v.subarray(r * d, (r + 1) * d)));
  const scale = (x: Float64Array, by: Float32Array | null, at: number) =>
    by === null ? x : x.map((value, c) => value * by[at * x.length + c]);
  const plus = (a: Float64Array, b: Float64Array) => a.map((value, c) => value + b[c]);
  const flat = (rows: Float64Array[]) => Float32Array.from(rows.flatMap((row) => Array.from(row)));

  return {
    dModel: d,
    vocab,
    shares: { map: 0.2, values: 0.2 },
    answer,
    async forward(layer, v, of, edge) {
      const { v: wv, o, up, down } = weights.layers[layer];
      const fr = frozen.layers[layer];
      return flat(
        rowsOf(v, of).map((x, r) => {
          const e = edge[r];
          const [from, to] = [edges[layer].from[e], edges[layer].to[e]];
          const values = product(scale(x, fr.attnIn, from), wv, 1, d, nKvHeads * dHead);
          const z = new Float64Array(nHeads * dHead);
          for (let k = 0; k < z.length; k++) {
            const h = Math.floor(k / dHead);
            z[k] =
              edges[layer].weight[e * nHeads + h] * values[Math.floor((h * nKvHeads) / nHeads) * dHead + (k % dHead)];
          }
          const a = scale(product(z, o, 1, nHeads * dHead, d), fr.attnOut, to);
          const mid = plus(
            x.map((value) => value * edges[layer].identity[e]),
            a,
          );
          const hidden = scale(product(scale(mid, fr.mlpIn, to), up, 1, d, f), fr.gate, to);
          return plus(mid, scale(product(hidden, down, 1, f, d), fr.mlpOut, to));
        }),
      );
    },
    async backward(layer, g, of, edge) {
      const { v: wv, o, up, down } = weights.layers[layer];
      const fr = frozen.layers[layer];
      const [vt, ot, upT, downT] = [
        transpose(wv, nKvHeads * dHead, d),
        transpose(o, d, nHeads * dHead),
        transpose(up, f, d),
        transpose(down, d, f),
      ];
      return flat(
        rowsOf(g, of).map((x, r) => {
          const e = edge[r];
          const [from, to] = [edges[layer].from[e], edges[layer].to[e]];
          const hidden = scale(product(scale(x, fr.mlpOut, to), downT, 1, d, f), fr.gate, to);
          const mid = plus(x, scale(product(hidden, upT, 1, f, d), fr.mlpIn, to));
          const z = product(scale(mid, fr.attnOut, to), ot, 1, d, nHeads * dHead);
          const values = new Float64Array(nKvHeads * dHead);
          for (let k = 0; k < z.length; k++) {
            const h = Math.floor(k / dHead);
            values[Math.floor((h * nKvHeads) / nHeads) * dHead + (k % dHead)] +=
              edges[layer].weight[e * nHeads + h] * z[k];
          }
          const back = scale(product(values, vt, 1, nKvHeads * dHead, d), fr.attnIn, from);
          return plus(
            mid.map((value) => value * edges[layer].identity[e]),
            back,
          );
        }),
      );
    },
    async head(v, top) {
      const n = v.length / d;
      const rank = new Int32Array(n);
      const logit = new Float32Array(n);
      const topIds = new Int32Array(n * top);
      for (let r = 0; r < n; r++) {
        const all = product(
          scale(Float64Array.from(v.subarray(r * d, (r + 1) * d)), frozen.final, 0),
          weights.unembed,
          1,
          d,
          vocab,
        );
        logit[r] = all[answer];
        rank[r] = 1 + all.filter((value) => value > all[answer]).length;
        const order = Array.from(all.keys()).sort((a, b) => all[b] - all[a]);
        topIds.set(order.slice(0, top), r * top);
      }
      return { logit, rank, topIds };
    },
    async unembedRows(ids) {
      return flat(
        Array.from(ids, (id) =>
          scale(Float64Array.from(weights.unembed.subarray(id * d, (id + 1) * d)), frozen.final, 0),
        ),
      );
    },
    async product(left, right) {
      return Float32Array.from(product(Float64Array.from(left), right, left.length / d, d, right.length / d));
    },
    async keep(right) {
      return { times: (left) => this.product(left, right), drop: async () => undefined };
    },
    async logits(v) {
      return Float32Array.from(product(scale(Float64Array.from(v), frozen.final, 0), weights.unembed, 1, d, vocab));
    },
  };
}
