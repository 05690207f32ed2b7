/** What the running kernel knows beyond the view: attention of a hop's heads, and what cutting hops really does.
 *  Asked for once each, and forgotten when the graph behind it changes. */
import type { CutResult, EdgeDetail, HopCut, PathEdge, PathsPlace, Request } from "patchbay/view";

/** What became of a cut. */
export interface Known {
  cut: CutResult | null;
  cutting: boolean;
  /** Why there is no result. */
  failed: string | null;
}

const NOTHING: Known = { cut: null, cutting: false, failed: null };

export class Drill {
  private readonly details = new Map<string, EdgeDetail>();
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
    this.details.clear();
    this.known.clear();
    this.asked.clear();
  }

  get hasKernel(): boolean {
    return this.acts.call() !== null;
  }

  /** Attention behind a hop; asks for it when a kernel is there. null: not known yet, or the kernel has no model for it. */
  look(view: string, { layer, from, to }: PathEdge, place: PathsPlace): EdgeDetail | null {
    const key = `${layer},${from},${to}`;
    const call = this.acts.call();
    if (call && !this.asked.has(key)) {
      this.asked.add(key);
      const { of } = this;
      call<EdgeDetail>({ op: "edge", view, layer, from, to, ...place }).then(
        (detail) => {
          if (of !== this.of) return;
          this.details.set(key, detail);
          this.acts.changed();
        },
        // A result without its run, or a closed model: the panel then shows what the view holds.
        () => undefined,
      );
    }
    return this.details.get(key) ?? null;
  }

  result(cuts: readonly HopCut[]): Known {
    return this.known.get(JSON.stringify(cuts)) ?? NOTHING;
  }

  /** Cuts the heads of hops in the model. */
  async cut(view: string, cuts: readonly HopCut[], place: PathsPlace): Promise<CutResult> {
    const call = this.acts.call();
    if (!call) throw new Error("there is no kernel");
    const key = JSON.stringify(cuts);
    const { of } = this;
    this.set(of, key, { cutting: true, failed: null });
    try {
      const cut = await call<CutResult>({ op: "verify", view, cuts, ...place });
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
