/** What this kernel has shown, by view id, so that a widget can ask about it. */
import type { Source } from "./sources";

/** Sources that are kept; the oldest is forgotten first. */
const KEPT = 200;
const shown = new Map<string, Source>();

export function remember(source: Source): void {
  shown.set(source.id, source);
  if (shown.size > KEPT) shown.delete([...shown.keys()][0]);
}

export const findView = (id: string): Source | undefined => shown.get(id);

/** What shows the run of this id. */
export const findRun = (id: string): Source | undefined => [...shown.values()].find(({ run }) => run?.id === id);
