/** What this kernel has shown, by view id, so that a widget can ask about it. */
import type { View } from "../view/types";

export type ExportFormat = "svg" | "pdf" | "png" | "csv" | "latex" | "json";

/** A rendered export, as it travels over the comm. */
export type Exported = { mime: string; name: string } & ({ text: string } | { base64: string });

export interface Shown {
  readonly id: string;
  view(): View;
  export(format: ExportFormat, metric?: string): Promise<Exported>;
  /** null for what is finished and cannot go on. */
  run: { cancel(): void; resume(): void } | null;
}

/** Finished views that are kept for exports; the oldest is forgotten first. */
const KEPT = 200;
const shown = new Map<string, Shown>();

export function remember(thing: Shown): void {
  shown.delete(thing.id);
  shown.set(thing.id, thing);
  if (shown.size > KEPT) shown.delete([...shown.keys()][0]);
}

export const findShown = (view: string): Shown | undefined => shown.get(view);

/** The thing whose run has this id. */
export const findRun = (run: string): Shown | undefined =>
  [...shown.values()].find((thing) => thing.run !== null && thing.view().run?.id === run);
