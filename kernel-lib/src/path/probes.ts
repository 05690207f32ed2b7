/** Exact early rejection. A path is kept when fewer than maxRank logits exceed the answer's; so a handful of vocabulary
 *  rows, the probes, in which maxRank logits already exceed it decides against a path, whatever the rest says.
 *  The probes adapt: they are chosen so that together they would have rejected the paths that had to be ranked in full.
 *  What they let through meets a screen, a larger set of tokens that often outrank, before the whole vocabulary. */
import { gatherRows, rowNorms } from "./rows";
import type { KeptRight, LinearMaps } from "./types";

/** A lead below this share of |v| |row| could be rounding (fp32 sums over d), so it does not count against a path. */
const ROUNDING = 1e-5;

/** Paths remembered for choosing probes, and how many must slip through before they are chosen anew: twice as many each
 *  time, because what could be learnt was mostly learnt the first time. */
const MEMORY = 512;
const RELEARN = 256;
/** After so many were missed at once, probes stay as they are. */
const MOST_RELEARN = 2048;

export class Probes {
  /** Row 0 is the answer's, then the probes', each W_U row times the final norm: [count + 1, d]. */
  rows: Float32Array = new Float32Array(0);
  private ids = new Int32Array(0);
  private probe: Right | null = null;
  /** The answer's row and the screen's. */
  private screen: Right | null = null;
  /** For each rejected path that had to be ranked in full: the tokens above its answer, as many as were asked for. */
  private readonly missed: Int32Array[] = [];
  private missedSinceChoice = 0;
  private relearn = 1;

  constructor(
    private readonly maps: LinearMaps,
    private readonly answer: number,
    private readonly maxRank: number,
    /** Number of probes; 0 switches rejection off. */
    private count: number,
  ) {}

  /** Probes can decide only when there are more of them than ranks. */
  get ready(): boolean {
    return this.ids.length > this.maxRank;
  }

  /** Learns from paths whose whole vocabulary was ranked: `topIds` [n, top] in falling order, `rank` of the answer. */
  learn(topIds: Int32Array, rank: Int32Array): void {
    const top = topIds.length / rank.length;
    for (let n = 0; n < rank.length; n++) {
      if (rank[n] <= this.maxRank) continue;
      this.missed.push(topIds.slice(n * top, n * top + Math.min(top, rank[n] - 1)));
      this.missedSinceChoice++;
    }
    this.missed.splice(0, this.missed.length - MEMORY);
  }

  /** Chooses anew when enough paths slipped through since the last time. */
  async adapt(): Promise<void> {
    if (this.count <= this.maxRank || this.missedSinceChoice < this.relearn) return;
    await this.choose();
    if (this.ready) this.relearn = Math.max(RELEARN, 2 * this.relearn);
  }

  /** Number of probes asked for. */
  get size(): number {
    return this.count;
  }

  /** Whether paths that are ranked in full may still teach something. */
  get learning(): boolean {
    return this.count > this.maxRank && this.relearn <= MOST_RELEARN;
  }

  /** How many of `vectors` [n, d] pass the probes alone. */
  async passing(vectors: Float32Array): Promise<number> {
    const { probe } = this;
    return probe === null ? vectors.length / this.maps.dModel : (await this.probed(vectors, probe)).alive.length;
  }

  /** Chooses as many probes as said, from now on. */
  async resize(count: number): Promise<void> {
    this.count = count;
    await this.choose();
  }

  /** Chooses greedily: each next probe is the token above the answer in most remembered paths that the probes so far
   *  do not reject. */
  private async choose(): Promise<void> {
    this.missedSinceChoice = 0;
    const need = this.missed.map(() => this.maxRank);
    const pathsOf = new Map<number, number[]>();
    this.missed.forEach((ids, path) => {
      for (const id of ids) {
        const known = pathsOf.get(id);
        if (known === undefined) pathsOf.set(id, [path]);
        else known.push(path);
      }
    });
    const gain = new Map([...pathsOf].map(([id, paths]) => [id, paths.length]));
    const chosen: number[] = [];
    // Gains only fall, so a token waits in the list of its last known gain until that list's turn comes.
    const byGain: number[][] = Array.from({ length: this.missed.length + 1 }, () => []);
    for (const [id, n] of gain) byGain[n].push(id);
    for (let n = this.missed.length; n >= 0 && chosen.length < this.count; n--)
      for (const id of byGain[n].sort((a, b) => a - b)) {
        const now = gain.get(id) ?? 0;
        if (now < n) {
          byGain[now].push(id);
          continue;
        }
        if (chosen.push(id) === this.count) break;
        gain.delete(id);
        for (const path of pathsOf.get(id) ?? [])
          if (--need[path] === 0)
            for (const other of this.missed[path]) {
              const left = gain.get(other);
              if (left !== undefined) gain.set(other, left - 1);
            }
      }
    if (chosen.length <= this.maxRank) return;
    this.ids = Int32Array.from(chosen);
    this.rows = await this.maps.unembedRows(Int32Array.of(this.answer, ...this.ids));
    await this.probe?.kept.drop();
    this.probe = await this.hold(this.rows);
    // A path that s screened tokens let through had fewer than maxRank of s above it: with vocab / s passing on, about
    // sqrt(maxRank * vocab) costs least.
    const most = Math.ceil(Math.sqrt(this.maxRank * this.maps.vocab));
    const taken = new Set(chosen);
    const often = [...pathsOf]
      .filter(([id]) => !taken.has(id))
      .sort((a, b) => b[1].length - a[1].length || a[0] - b[0]);
    const screen = often.slice(0, most).map(([id]) => id);
    await this.screen?.kept.drop();
    this.screen =
      screen.length === 0 ? null : await this.hold(await this.maps.unembedRows(Int32Array.of(this.answer, ...screen)));
  }

  private async hold(rows: Float32Array): Promise<Right> {
    const norms = rowNorms(rows, this.maps.dModel);
    return {
      kept: await this.maps.keep(rows),
      width: norms.length,
      longest: norms.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  /** Lets what is kept for products go. */
  async drop(): Promise<void> {
    await this.probe?.kept.drop();
    await this.screen?.kept.drop();
  }

  /** Rows of `vectors` [n, d] that neither probes nor screen reject. */
  async survivors(vectors: Float32Array): Promise<Int32Array> {
    const d = this.maps.dModel;
    const n = vectors.length / d;
    const { probe, screen } = this;
    if (probe === null) return Int32Array.from({ length: n }, (_, r) => r);
    const { logits, norms, alive } = await this.probed(vectors, probe);
    if (alive.length === 0 || screen === null) return Int32Array.from(alive);

    const screened = await screen.kept.times(gatherRows(vectors, alive, d));
    return Int32Array.from(alive).filter((r, a) => {
      const before = this.above(logits, r * probe.width, probe.width, norms[r] * probe.longest);
      const more = this.above(screened, a * screen.width, screen.width, norms[r] * screen.longest);
      return before + more < this.maxRank;
    });
  }

  private async probed(vectors: Float32Array, { kept, width, longest }: Right) {
    const logits = await kept.times(vectors); // [n, width]
    const norms = rowNorms(vectors, this.maps.dModel);
    const alive: number[] = [];
    for (let r = 0; r < norms.length; r++) {
      if (!this.rejects(logits, r * width, width, norms[r] * longest)) alive.push(r);
    }
    return { logits, norms, alive };
  }

  /** Whether logits[at .. at + width], the answer's first, already hold maxRank that exceed the answer's. */
  rejects(logits: Float32Array, at: number, width: number, scale: number): boolean {
    return this.above(logits, at, width, scale) >= this.maxRank;
  }

  /** How many of logits[at + 1 .. at + width] surely exceed logits[at]; counts no further than maxRank. */
  private above(logits: Float32Array, at: number, width: number, scale: number): number {
    const bar = logits[at] + ROUNDING * scale;
    let above = 0;
    for (let c = at + 1; c < at + width && above < this.maxRank; c++) if (logits[c] > bar) above++;
    return above;
  }
}

/** Rows of tokens, the answer's first, where products with them are made. */
interface Right {
  kept: KeptRight;
  width: number;
  /** Norm of the longest row. */
  longest: number;
}
