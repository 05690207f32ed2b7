/** The browser pages that listen to this kernel. A page that is reloaded or closed does not say so; it says hello every
 *  20 s while it lives, and is forgotten after 60 s of silence. */
import type { Push } from "../view/protocol";
import type { View } from "../view/types";
import { type Comm, closeComm } from "./mends/comm";

/** Three hellos. */
const SILENT_MS = 60_000;

interface Page {
  comm: Comm;
  /** Ids of the views that it shows. */
  views: ReadonlySet<string>;
  heardAt: number;
}

const pages = new Map<string, Page>();

/** Notes that a page has spoken, and which views it shows when it said so. */
export function heardFrom(comm: Comm, views?: readonly string[], now = Date.now()): void {
  const known = pages.get(comm.id);
  pages.set(comm.id, { comm, views: views ? new Set(views) : (known?.views ?? new Set()), heardAt: now });
}

export function gone(comm: Comm): void {
  pages.delete(comm.id);
}

/** Sends a view to the pages that show it. */
export function push(view: View, now = Date.now()): void {
  forgetSilent(now);
  for (const { comm, views } of pages.values()) if (views.has(view.id)) pushTo(comm, view);
}

/** Sends a view to one page, which has just said that it shows it. */
export function pushTo(comm: Comm, view: View): void {
  const message: Push = { pb: 1, push: "view", view };
  comm.send(message);
}

/** True when some page would get what is pushed for this view: if not, it need not even be computed. */
export function isWatched(viewId: string): boolean {
  return [...pages.values()].some(({ views }) => views.has(viewId));
}

/** Drops pages that have been silent for too long; returns how many are left. */
export function forgetSilent(now = Date.now()): number {
  for (const [id, { heardAt }] of pages) {
    if (now - heardAt < SILENT_MS) continue;
    pages.delete(id);
    closeComm(id);
  }
  return pages.size;
}
