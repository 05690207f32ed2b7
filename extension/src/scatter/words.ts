/** What is said of a selection: in the read-out, and to the kernel. */
import {
  classesOf,
  count,
  type ScatterOptions,
  type ScatterView,
  spokenSelection,
  summariseSelection,
} from "patchbay/view";
import type { ReadoutText } from "../shell/types";
import type { Marks, Target } from "./state";

/** "20 prompts selected", and of which classes. */
export function counted(view: ScatterView, points: readonly number[]): ReadoutText {
  const spoken = spokenSelection(view, points);
  const [head, ...classes] = spoken.slice(0, -1).split(", ");
  return {
    first: [{ text: head ?? "", tone: "strong" }],
    second: classes.length === 0 ? [] : [{ text: classes.join(", "), tone: "weak" }],
    spoken,
  };
}

/** Kept while neither selection nor frame changes: the pointer leaves points many times a second. */
export class SelectionWords {
  private said: { of: Marks["selection"]; view: ScatterView; key: string; text: ReadoutText } | null = null;

  of(view: ScatterView, options: ScatterOptions, selection: Marks["selection"]): ReadoutText {
    const key = JSON.stringify(options);
    const { said } = this;
    if (said?.of === selection && said.view === view && said.key === key) return said.text;
    const text = wordsOf(
      view,
      options,
      selection.map(({ point }) => point),
    );
    this.said = { of: selection, view, key, text };
    return text;
  }
}

function wordsOf(view: ScatterView, options: ScatterOptions, points: readonly number[]): ReadoutText {
  const { own } = summariseSelection(view, options, points);
  const text = counted(view, points);
  const near = own === null ? "" : `nearest mean is of their own class: ${count(own)} of ${count(points.length)}`;
  const rest = text.second.map((segment) => segment.text).concat(near);
  return { ...text, second: [{ text: rest.filter(Boolean).join(" · "), tone: "weak" }] };
}

/** For `pb.selection()`: by class and number within the spec, so that code can use it; and where it was selected. */
export function selectionOf(view: ScatterView, options: ScatterOptions, { selection, pins, hidden }: Marks): unknown {
  const classOf = classesOf(view);
  const seen = view.classes.map(() => 0);
  const within = Array.from(classOf, (k) => {
    const n = seen[k] ?? 0;
    seen[k] = n + 1;
    return n;
  });
  const named = (targets: readonly Target[]) =>
    targets.map(({ point }) => ({
      index: point,
      label: view.classes[classOf[point] as number]?.label,
      prompt: within[point],
      text: view.prompts[point],
    }));
  const { site, layer, method } = options;
  return {
    selected: named(selection),
    pinned: named(pins),
    hidden: hidden.map((k) => view.classes[k]?.label),
    site,
    layer,
    method,
  };
}
