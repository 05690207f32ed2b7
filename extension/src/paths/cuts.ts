/** Verification: the selected hops, or the path that is spelled out, cut in the real model by the running kernel. */
import {
  cutsOfPath,
  hopsOf,
  type PathEdge,
  type PathsPlace,
  type PathsView,
  plain,
  spellPath,
  spokenNumber,
} from "patchbay/view";
import type { ShellActs } from "../shell/types";
import type { Drill } from "./drill";
import type { Shown } from "./graphs";
import type { CutPlan } from "./side-edge";

export class Cuts {
  constructor(
    private readonly shell: ShellActs<PathsView>,
    private readonly drill: Drill,
    private readonly of: {
      shown(): Shown;
      place(): PathsPlace;
      path(): number | null;
      selected(): readonly PathEdge[];
    },
  ) {}

  /** What would be cut: the path that is spelled out, else the selected hops; null for neither. */
  plan(): CutPlan | null {
    const { stored, view } = this.of.shown();
    const path = this.of.path();
    const spelled = path === null ? null : spellPath(stored, path);
    const selected = this.of.selected();
    if (!spelled && selected.length === 0) return null;
    const hops = spelled ? [] : selected.flatMap((edge) => hopsOf(stored, view, edge));
    const cuts = spelled
      ? cutsOfPath(spelled)
      : hops.flatMap(({ layer, from, to, heads }) => (heads.length === 0 ? [] : [{ layer, from, to, heads }]));
    const what = spelled ? "the path’s edges" : selected.length === 1 ? "this edge" : `these ${selected.length} edges`;
    return { what, cuts, why: this.why(!spelled && hops.length === 0, cuts.length), known: this.drill.result(cuts) };
  }

  private why(banded: boolean, cuts: number): string | null {
    if (banded) return "An edge over several layers stands for many ways. Show each layer alone to cut one.";
    if (cuts === 0) return "No head carries this; the residual stream cannot be cut.";
    if (this.drill.hasKernel) return null;
    return "To cut this in the real model, run the cell again: no kernel knows this view.";
  }

  /** Cuts it; says why where that cannot be done. */
  run(): void {
    const { shell, drill } = this;
    const plan = this.plan();
    if (!plan || plan.why || plan.known.cutting) {
      shell.say(plan?.why ?? (plan ? "It is being cut." : "Select an edge first, or spell out a path."));
      return;
    }
    shell.say("Cutting and running.");
    drill.cut(this.of.shown().view.id, plan.cuts, this.of.place()).then(
      ({ logit, rank }) =>
        shell.say(
          `Answer rank ${rank.before} to ${rank.after}, predicted logit change ` +
            `${spokenNumber(logit.predicted - logit.before, 2, true)}, measured ${spokenNumber(logit.after - logit.before, 2, true)}, ` +
            `from ${plain(logit.before, 2)}.`,
        ),
      (error: Error) => shell.tell(`Not cut: ${error.message}`),
    );
  }
}
