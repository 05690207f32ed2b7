/** The numbers that are looked at: those of the view, or of one of its slices, opened once each. */
import { type HeatmapView, sliceOf } from "patchbay/view";
import { Numbers } from "./numbers";

export class Shown {
  private readonly opened = new Map<number, Numbers>();

  constructor(readonly whole: HeatmapView) {}

  /** Slices to choose from, by the layer that each holds (null: none); empty for most views. */
  get held(): readonly (string | null)[] {
    return this.whole.slices?.held ?? [];
  }

  /** The slice that a choice stands for; null: the one that the view came with. */
  slice(chosen: number | null): number {
    return Math.min(chosen ?? this.whole.slices?.shown ?? 0, Math.max(0, this.held.length - 1));
  }

  at(chosen: number | null): Numbers {
    const slice = this.slice(chosen);
    const known = this.opened.get(slice);
    if (known) return known;
    const made = new Numbers(sliceOf(this.whole, slice));
    this.opened.set(slice, made);
    return made;
  }
}
