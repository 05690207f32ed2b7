/** What was selected last in each widget, for `pb.selection()`. */

export interface Selection {
  /** Id of the view it was made in. */
  view: string;
  /** What the widget calls selected; a heatmap says `{ selected: [{ x: "0", y: "2" }], pinned: [] }`, by its labels. */
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
 *  const chosen = pb.selection();   // { view: "v1", selection: { selected: [{ x: "0", y: "2" }], pinned: [] } } */
export function selection(view?: string): Selection | null {
  const id = view ?? [...selections.keys()].at(-1);
  return id === undefined || !selections.has(id) ? null : { view: id, selection: selections.get(id) };
}
