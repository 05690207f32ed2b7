/** What a scatter and the other views say to each other: prompts by their text, layers by number. */
import type { ScatterOptions, ScatterView } from "patchbay/view";
import type { Pointing } from "../link";

/** What another view points at: prompts of the same text, layers. */
export interface Linked {
  points: readonly number[];
  layers: readonly number[];
}

export const NOT_LINKED: Linked = { points: [], layers: [] };

export const pointingOf = ({ prompts }: ScatterView, { layer }: ScatterOptions, point: number): Pointing => {
  const sample = prompts[point] ?? "";
  return { layer: [String(layer)], ...(sample !== "" && { sample: [sample] }) };
};

/** Finds prompts by their text; the list of a view is made once. */
export class Links {
  private byPrompt: { view: ScatterView; points: Map<string, number[]> } | null = null;

  linkedOf(view: ScatterView, at: Pointing): Linked {
    const layers = (at?.layer ?? []).map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < view.modelLayers);
    return { points: (at?.sample ?? []).flatMap((label) => this.promptsNamed(view, label)), layers };
  }

  private promptsNamed(view: ScatterView, label: string): readonly number[] {
    if (this.byPrompt?.view !== view) {
      const points = new Map<string, number[]>();
      for (const [i, prompt] of view.prompts.entries()) {
        const known = points.get(prompt);
        if (known) known.push(i);
        else points.set(prompt, [i]);
      }
      this.byPrompt = { view, points };
    }
    return this.byPrompt.points.get(label) ?? [];
  }
}
