/** Maps of single edges. An edge of a frozen model is a d x d matrix. Where very many prefixes take the same edge, making
 *  that matrix once, by carrying the identity back, and multiplying by it is far less work than the whole block for each:
 *  d^2 products instead of about 10 d^2. All edges into a position share most of what their matrices cost. */
import { carryBack } from "./back";
import type { KeptRight, LayerEdges, LinearMaps, Shares } from "./types";

/** The edges of a layer into one position that get matrices. */
export interface MappedTarget {
  layer: number;
  to: number;
  edges: readonly number[];
}

export interface MapChoice {
  targets: readonly MappedTarget[];
  /** What carrying all rows through each layer then costs, in block applications, the making of matrices included. */
  cost: readonly number[];
}

/** Below this many block applications saved, a matrix is not worth its calls. */
const WORTH = 256;

/** Chooses which edges get matrices.
 *  @param rows [L][edges] how many rows will be carried along each
 *  @param memory bytes that all matrices together may take */
export function chooseMaps(
  edges: readonly LayerEdges[],
  rows: readonly Float64Array[],
  { d, shares, memory }: { d: number; shares: Shares; memory: number },
): MapChoice {
  const cost = rows.map((counts) => counts.reduce((a, b) => a + b, 0));
  const worth: (MappedTarget & { saved: number; bytes: number })[] = [];
  edges.forEach(({ to }, layer) => {
    const gain = (e: number) => (1 - shares.map) * rows[layer][e] - shares.values * d;
    const byTarget = new Map<number, number[]>();
    for (let e = 0; e < to.length; e++) if (gain(e) > 0) byTarget.set(to[e], [...(byTarget.get(to[e]) ?? []), e]);
    for (const [target, found] of byTarget) {
      const saved = found.reduce((n, e) => n + gain(e), 0) - (1 - shares.values) * d;
      if (saved > WORTH) worth.push({ layer, to: target, edges: found, saved, bytes: found.length * d * d * 4 });
    }
  });
  let left = memory;
  const targets = worth
    .sort((a, b) => b.saved / b.bytes - a.saved / a.bytes)
    .filter(({ bytes }) => {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    });
  for (const { layer, saved } of targets) cost[layer] -= saved;
  return { targets, cost };
}

/** Matrices that are there, by layer and edge. */
export class EdgeMaps {
  private readonly matrices: ReadonlyMap<number, KeptRight>[];
  private constructor(
    matrices: Map<number, KeptRight>[],
    /** Block applications that making them took: rows carried back. */
    readonly rows: number,
  ) {
    this.matrices = matrices;
  }

  static async open(maps: LinearMaps, nLayers: number, targets: readonly MappedTarget[], batch: number) {
    const d = maps.dModel;
    const matrices = Array.from({ length: nLayers }, () => new Map<number, KeptRight>());
    const identity = new Float32Array(targets.length > 0 ? d * d : 0);
    for (let c = 0; c * d < identity.length; c++) identity[c * d + c] = 1;
    for (const { layer, edges } of targets) {
      const made = await carryBack(maps, layer, { matrices: identity, width: d, into: [edges] }, batch);
      for (const [i, e] of edges.entries())
        matrices[layer].set(e, await maps.keep(made.slice(i * d * d, (i + 1) * d * d)));
    }
    return new EdgeMaps(matrices, targets.length * d);
  }

  get(layer: number, edge: number): KeptRight | undefined {
    return this.matrices[layer].get(edge);
  }

  async drop(): Promise<void> {
    for (const layer of this.matrices) for (const matrix of layer.values()) await matrix.drop();
  }
}
