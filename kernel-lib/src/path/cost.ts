/** What a trace costs by each way of going about it, before it is walked; counted in block applications. */
import { chooseMaps, type MapChoice } from "./edge-maps";
import type { LayerEdges, Shares } from "./types";

export interface Ways {
  edges: readonly LayerEdges[];
  /** Prefixes that stand at (boundary, position), and paths from there to the end: [L + 1][T] each. */
  reached: readonly Float64Array[];
  toEnd: readonly Float64Array[];
  d: number;
  shares: Shares;
  /** Whether single edges may have matrices. */
  edgeMaps: boolean;
  /** Bytes that matrices may take: one half those of edges, the other those of suffixes. */
  memory: number;
}

/** The edges that get matrices when all prefixes are walked to boundary `at`, and a share of them to the end. */
export function mapsFor(ways: Ways, at: number, share: number): MapChoice {
  const { edges, reached, toEnd, d, shares, memory } = ways;
  const rows = edges.map(({ from, to }, layer) =>
    Float64Array.from(from, (j, e) => (toEnd[layer + 1][to[e]] > 0 ? reached[layer][j] * (layer < at ? 1 : share) : 0)),
  );
  return chooseMaps(edges, rows, { d, shares, memory: ways.edgeMaps ? memory / 2 : 0 });
}

/** The cheapest boundary to meet at, or 0 when walking every path to its end is.
 *  @param probeRows rows of a suffix's matrix
 *  @param survive share of the paths that probes do not reject */
export function cheapestBoundary(ways: Ways, probeRows: number, survive: number): { boundary: number; cost: number } {
  const { reached, toEnd, d, shares, memory } = ways;
  const layers = ways.edges.length;
  const paths = sum(reached[layers]);
  /** Suffixes that begin where a prefix stands. */
  const nodes = reached.map((counts, at) => sum(counts.map((c, p) => (c > 0 ? toEnd[at][p] : 0))));
  // A block is about d / map products of a row with one other.
  const probing = (paths * probeRows * shares.map) / d;
  const walked = (at: number) => mapsFor(ways, at, survive).cost.reduce((a, b) => a + b, 0);
  let best = { boundary: 0, cost: walked(layers) + probing };
  let back = 0;
  for (let at = layers - 1; at > 0; at--) {
    back += (1 - shares.values) * nodes[at + 1] + shares.values * nodes[at];
    // The matrices of a boundary's suffixes are held at once, beside those that they are made from.
    if ((nodes[at] + nodes[at + 1]) * probeRows * d * 4 > memory / 2) break;
    const cost = walked(at) + back * probeRows + probing;
    if (cost < best.cost) best = { boundary: at, cost };
  }
  return best;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
