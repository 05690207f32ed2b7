/** What a widget is given and what it is to those who put it somewhere. */
import type { Request, View } from "patchbay/view";
import type { Connection } from "./header";

/** Marks kept with the notebook. */
export interface Saved {
  load(): unknown;
  /** null: there is nothing to keep. */
  save(marks: unknown): void;
  /** Writes at once what was saved last. */
  flush(): void;
}

/** The kernel behind the view. */
export interface Tied {
  readonly connection: Connection;
  shownState(state: View["state"]): View["state"];
  call<R>(request: Request): Promise<R>;
}

/** What a renderer keeps of a widget. */
export interface Mounted {
  readonly kind: View["kind"];
  /** New numbers for the same view, or another view of the same kind in its place. */
  update(view: View): void;
  /** Draws everything anew in the next frame; what is read from outside (`data-state`) changes at once. */
  refresh(): void;
  dispose(): void;
}
