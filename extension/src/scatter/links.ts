/** What a scatter and the other views say to each other: prompts by their text, classes by the task that they are, layers
 *  by number. */
import { classesOf, type ScatterOptions, type ScatterView } from "patchbay/view";
import type { Pointing } from "../link";

/** What another view points at: prompts of the same text, classes of that name, layers. */
export interface Linked {
  points: readonly number[];
  classes: readonly number[];
  layers: readonly number[];
}

export const NOT_LINKED: Linked = { points: [], classes: [], layers: [] };

export function pointingOf(view: ScatterView, { layer }: ScatterOptions, point: number): Pointing {
  const sample = view.prompts[point] ?? "";
  const task = view.classes[classesOf(view)[point] as number]?.label;
  return {
    layer: [String(layer)],
    ...(task !== undefined && { task: [task] }),
    ...(sample !== "" && { sample: [sample] }),
  };
}

/** Finds prompts by their text; the list of a view is made once. */
export class Links {
  private byPrompt: { view: ScatterView; points: Map<string, number[]> } | null = null;

  linkedOf(view: ScatterView, at: Pointing): Linked {
    const layers = (at?.layer ?? []).map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < view.modelLayers);
    const classes = (at?.task ?? []).map((task) => view.classes.findIndex(({ label }) => label === task));
    return {
      points: (at?.sample ?? []).flatMap((label) => this.promptsNamed(view, label)),
      classes: classes.filter((k) => k >= 0),
      layers,
    };
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
