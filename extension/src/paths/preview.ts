/** Another view points at a sample that this graph holds: it is shown as long as that lasts. The pointer must rest a
 *  moment, so that going over many samples does not draw each of them. */
import type { PathsPlace, PathsView } from "patchbay/view";
import type { Pointing } from "../link";
import { sampleAt } from "./links";

const REST_MS = 150;

export class Preview {
  /** null: what the marks say is shown. */
  place: PathsPlace | null = null;
  private wanted: PathsPlace | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly of: {
      /** What is shown without a preview. */
      place(): PathsPlace;
      choices(): PathsView["choices"];
      holds(place: PathsPlace): boolean;
      changed(): void;
    },
  ) {}

  point(at: Pointing): void {
    const { trace, sample: shown } = this.of.place();
    const sample = sampleAt(at, this.of.choices());
    const place = sample === null || sample === shown ? null : { trace, sample };
    const next = place && this.of.holds(place) ? place : null;
    if (JSON.stringify(next) === JSON.stringify(this.wanted)) return;
    this.wanted = next;
    this.stop();
    this.timer = setTimeout(() => {
      if (JSON.stringify(this.place) === JSON.stringify(this.wanted)) return;
      this.place = this.wanted;
      this.of.changed();
    }, REST_MS);
  }

  /** Another view has come, or the sample has been selected. */
  end(): void {
    this.stop();
    this.place = null;
    this.wanted = null;
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
