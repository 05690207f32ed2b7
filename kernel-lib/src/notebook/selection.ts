/** What was selected last in each widget, for `pb.selection()`. */

export interface Selection {
  /** Id of the view it was made in. */
  view: string;
  /** What the widget calls selected: for a heatmap `{ layers: [0, 2], pins: [...] }`. */
  selection: unknown;
}

const selections = new Map<string, unknown>();

export function select(view: string, selection: unknown): void {
  selections.delete(view); // so that the newest comes last
  selections.set(view, selection);
}

/** What is selected in a widget: in the one with view id `view`, else in the one that was used last; null when nothing was.
 *
 *  @example
 *  const chosen = pb.selection();   // { view: "v1", selection: { layers: [0, 2] } } */
export function selection(view?: string): Selection | null {
  const id = view ?? [...selections.keys()].at(-1);
  return id === undefined || !selections.has(id) ? null : { view: id, selection: selections.get(id) };
}
