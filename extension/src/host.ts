/** What a widget may ask of the place it is shown in: its kernel, its document, saving, giving the focus back. */
import type { Kernel } from "@jupyterlab/services";
import type { PageParts } from "patchbay/view";

export interface Host {
  /** One object for all views of a document: links join them by it. */
  document(): object;
  /** Asked anew each time: a restart or a change of kernel makes the old connection useless. undefined: the place is
   *  only being opened, and may find its kernel. */
  kernel(): Kernel.IKernelConnection | null | undefined;
  /** Calls back when another kernel takes over, or none. */
  onKernel(listener: () => void): () => void;
  /** null where nothing is kept and the browser may have the key: a page that stands alone. */
  readonly save: (() => void) | null;
  /** Runs the cell that holds `node` again; null where there is no such cell. */
  runAgain(node: HTMLElement): (() => void) | null;
  /** Puts code into a new cell below the one that holds `node`; false where there is no such cell. */
  insertBelow(node: HTMLElement, code: string): boolean;
  /** Gives the focus back to what holds `node`. */
  leave(node: HTMLElement): void;
  /** The widgets as parts of a page that stands alone. */
  page(): Promise<PageParts>;
}

/** Takes the focus off whatever has it. */
export function blur(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
