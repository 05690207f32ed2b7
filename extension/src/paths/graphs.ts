/** Which graph of a view is shown and how it lies: the trace and sample that are chosen, of those that the view holds or
 *  the kernel gives; and its lattice under the marks' filters, groups and bands. */
import {
  count,
  latticeView,
  type PathFilter,
  PathGraph,
  type PathsPlace,
  type PathsView,
  pathEdges,
  pathsBody,
  type Request,
  withBody,
} from "patchbay/view";
import type { Marks } from "./state";

export interface Shown {
  /** As it was traced. */
  stored: PathsView;
  /** On its lattice. */
  view: PathsView;
  graph: PathGraph;
}

export class Graphs {
  private readonly fetched = new Map<string, PathsView>();
  /** Graphs with all their paths, of which a notebook holds sums. */
  private readonly wholes = new Map<string, PathsView>();
  private readonly asking = new Set<string>();
  private made: { key: string; of: PathsView; shown: Shown } | null = null;

  constructor(private base: PathsView) {}

  /** @param another another view has come in this output */
  take(view: PathsView, another: boolean): void {
    const ended = view.hashes.result !== this.base.hashes.result;
    // Samples that were not traced yet may be by now.
    for (const [key, graph] of this.fetched) if (another || ended || graph.kept === 0) this.fetched.delete(key);
    if (another || ended) this.wholes.clear();
    this.base = view;
  }

  /** The place that the view itself is. */
  get own(): PathsPlace {
    return { trace: this.base.choices?.trace ?? 0, sample: this.base.sample.index };
  }

  /** The graph of a place; null while it is not here. */
  at(place: PathsPlace | null): PathsView | null {
    const { base, own } = this;
    const whole = this.wholes.get(keyOf(place ?? own));
    if (whole) return whole;
    if (!place || (place.trace === own.trace && place.sample === own.sample)) return base;
    const key = keyOf(place);
    const known = this.fetched.get(key);
    if (known) return known;
    const inside = base.others?.find(({ trace, body }) => trace === place.trace && body.sample.index === place.sample);
    if (!inside) return null;
    const graph = withBody(base, inside.body);
    this.fetched.set(key, graph);
    return graph;
  }

  /** Gets a graph that is not here from the kernel.
   *  @throws Error when it is not to be had */
  async ask(place: PathsPlace, call: (<R>(request: Request) => Promise<R>) | null): Promise<void> {
    const key = keyOf(place);
    if (this.at(place) || this.asking.has(key)) return;
    if (!call) throw new Error("it is not kept with the notebook, and there is no kernel to ask: run the cell again");
    this.asking.add(key);
    try {
      const body = pathsBody(await call({ op: "paths", view: this.base.id, ...place }));
      this.fetched.set(key, withBody(this.base, body));
    } finally {
      this.asking.delete(key);
    }
  }

  /** Gets all paths of a graph from the kernel, of which the notebook holds only sums.
   *  @throws Error when they are not to be had */
  async askWhole(place: PathsPlace, call: <R>(request: Request) => Promise<R>): Promise<void> {
    const { base } = this;
    const body = pathsBody(await call({ op: "paths", view: base.id, ...place, whole: true }));
    if (!body.paths)
      throw new Error(`${count(body.kept)} paths are more than a page holds; a lower maxRank keeps fewer`);
    // Another run may have come meanwhile.
    if (base.id === this.base.id && base.hashes.result === this.base.hashes.result)
      this.wholes.set(keyOf(place), withBody(this.base, body));
  }

  /** Whether all paths of a graph have been asked for. */
  isWhole(place: PathsPlace): boolean {
    return this.wholes.has(keyOf(place));
  }

  /** What the marks make of it; the same object until something in them changes. */
  show(marks: Marks): Shown {
    const { source, rank, through, groups, names, band } = marks;
    const stored = this.at(marks.place) ?? this.base;
    const key = JSON.stringify([source, rank, through, groups, names, band]);
    if (this.made?.key === key && this.made.of === stored) return this.made.shown;
    const shown = laidOut(stored, { source, rank, through }, { groups, names, band });
    this.made = { key, of: stored, shown };
    return shown;
  }
}

function laidOut(stored: PathsView, filter: PathFilter, grouping: Pick<Marks, "groups" | "names" | "band">): Shown {
  const view = latticeView(stored, fitting(stored, filter), grouping);
  return { stored, view, graph: new PathGraph(pathEdges(view), view.lattice?.flow ?? null) };
}

/** A trace with another limit or other sources has no use for the filter. */
const fitting = (stored: PathsView, { source, rank, through = [] }: PathFilter): PathFilter => ({
  source: source !== null && stored.sources.includes(source) ? source : null,
  rank: rank !== null && rank < stored.maxRank ? rank : null,
  through: through.filter((layer) => layer < stored.layers),
});

const keyOf = ({ trace, sample }: PathsPlace): string => `${trace},${sample}`;
