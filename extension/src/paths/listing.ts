/** The kept paths in the order that they are listed in, and the edges of the one that is spelled out. Kept until the graph
 *  or the order changes: a list of tens of thousands is not sorted at each step. */
import { orderedPaths, type PathOrder, type PathsView, pathHops } from "patchbay/view";
import type { Shown } from "./graphs";

const NONE: readonly number[] = [];

export class Listing {
  private listed: { of: PathsView; order: PathOrder; paths: readonly number[] } | null = null;
  private lit: { of: Shown; path: number; edges: readonly number[] } | null = null;

  /** Paths that the filters leave. */
  paths({ view, stored }: Shown, order: PathOrder): readonly number[] {
    if (this.listed?.of !== view || this.listed.order !== order)
      this.listed = { of: view, order, paths: orderedPaths(stored, view.lattice?.flow?.paths ?? NONE, order) };
    return this.listed.paths;
  }

  /** Edges of a path, by index; none where the filters leave it out. */
  edges(shown: Shown, path: number | null): readonly number[] {
    const flow = shown.view.lattice?.flow;
    if (path === null || !flow) return NONE;
    if (this.lit?.of !== shown || this.lit.path !== path) {
      this.lit = { of: shown, path, edges: pathHops(flow, path) };
    }
    return this.lit.edges;
  }
}
