/** What the running kernel knows beyond the view: attention of a hop's heads, and what cutting the hop really does.
 *  Asked for once for each hop, and forgotten when the graph behind it changes. */
import type { CutResult, EdgeDetail, PathEdge, Request } from "patchbay/view";

export interface Known {
  /** null: not asked, or the kernel has no model for it. */
  detail: EdgeDetail | null;
  cut: CutResult | null;
  cutting: boolean;
  /** Why there is no result of a cut. */
  failed: string | null;
}

const NOTHING: Known = { detail: null, cut: null, cutting: false, failed: null };

export class Drill {
  private readonly known = new Map<string, Known>();
  private readonly asked = new Set<string>();
  private of = "";

  constructor(
    private readonly acts: {
      /** Null while no kernel knows the view. */
      call(): (<T>(request: Request) => Promise<T>) | null;
      changed(): void;
    },
  ) {}

  /** To be called with whatever tells one graph from another. */
  restart(of: string): void {
    if (of === this.of) return;
    this.of = of;
    this.known.clear();
    this.asked.clear();
  }

  /** What is known of a hop; asks for its attention when a kernel is there. */
  look(view: string, edge: PathEdge): Known {
    const key = keyOf(edge);
    const call = this.acts.call();
    if (call && !this.asked.has(key)) {
      this.asked.add(key);
      const { of } = this;
      const { layer, from, to } = edge;
      call<EdgeDetail>({ op: "edge", view, layer, from, to }).then(
        (detail) => this.set(of, key, { detail }),
        // A result without its run, or a closed model: the panel then shows what the view holds.
        () => undefined,
      );
    }
    return this.known.get(key) ?? NOTHING;
  }

  /** True when the hop can be cut in a real run. */
  canCut(edge: PathEdge): boolean {
    const { detail, cutting } = this.known.get(keyOf(edge)) ?? NOTHING;
    return this.acts.call() !== null && detail !== null && edge.heads.length > 0 && !cutting;
  }

  /** Cuts the hop's heads. */
  async cut(view: string, edge: PathEdge): Promise<CutResult> {
    const call = this.acts.call();
    if (!call) throw new Error("there is no kernel");
    const key = keyOf(edge);
    const { of } = this;
    const { layer, from, to, heads } = edge;
    this.set(of, key, { cutting: true, failed: null });
    try {
      const cut = await call<CutResult>({ op: "verify", view, cuts: [{ layer, from, to, heads }] });
      this.set(of, key, { cut, cutting: false });
      return cut;
    } catch (error) {
      this.set(of, key, { cutting: false, failed: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  private set(of: string, key: string, news: Partial<Known>): void {
    if (of !== this.of) return;
    this.known.set(key, { ...(this.known.get(key) ?? NOTHING), ...news });
    this.acts.changed();
  }
}

const keyOf = ({ layer, from, to }: PathEdge): string => `${layer},${from},${to}`;
