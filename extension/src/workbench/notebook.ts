/** The notebook that the workbench works in: which one it is, what its cells have done, and cells put into it. */
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { NotebookActions } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import { KERNEL_NAME } from "../launcher/notebooks";
import type { Place } from "./panel";

export interface Target {
  panel: NotebookPanel;
  kernel: Kernel.IKernelConnection;
}

/** The current notebook with its Patchbay kernel, or what is missing. */
export function placeOf(tracker: INotebookTracker): Place & { target: Target | null } {
  const panel = tracker.currentWidget;
  const none = { ready: false, target: null };
  if (!panel) return { ...none, words: "No notebook is open. Open one, or:", offersNotebook: true };
  const { session } = panel.sessionContext;
  const name = panel.title.label;
  const kernel = session?.kernel ?? null;
  if (!kernel)
    return {
      ...none,
      words: `${name} has no kernel. Choose “TypeScript (Patchbay)” for it, or:`,
      offersNotebook: true,
    };
  if (kernel.name !== KERNEL_NAME)
    return {
      ...none,
      words: `${name} runs the kernel “${kernel.name}”; the workbench needs “TypeScript (Patchbay)”. Change it, or:`,
      offersNotebook: true,
    };
  return {
    ready: true,
    target: { panel, kernel },
    words: `Runs in ${name}, below the active cell.`,
    offersNotebook: false,
  };
}

/** Remembers which cells a kernel has run since it (re)started: what they declared can be used. */
export class Done {
  private readonly sources = new WeakMap<Kernel.IKernelConnection, string[]>();
  private readonly watched = new WeakSet<Kernel.IKernelConnection>();

  constructor(tracker: INotebookTracker) {
    NotebookActions.executed.connect((_, { notebook, cell, success }) => {
      const panel = tracker.find(({ content }) => content === notebook);
      const kernel = panel?.sessionContext.session?.kernel;
      if (kernel && success && cell.model.type === "code") this.of(kernel).push(cell.model.sharedModel.getSource());
    });
  }

  private of(kernel: Kernel.IKernelConnection): string[] {
    if (!this.watched.has(kernel)) {
      this.watched.add(kernel);
      kernel.statusChanged.connect((_, status) => {
        if (status === "restarting" || status === "autorestarting" || status === "dead") this.sources.delete(kernel);
      });
    }
    const known = this.sources.get(kernel) ?? [];
    this.sources.set(kernel, known);
    return known;
  }

  /** The import, and which model `model` is. */
  has(kernel: Kernel.IKernelConnection): { patchbay: boolean; model: { name: string; device: string } | null } {
    const sources = this.of(kernel);
    const loads = sources.flatMap((source) => [...source.matchAll(/\b(?:const|let|var)\s+model\s*=\s*([^;\n]*)/g)]);
    const last = loads.at(-1)?.[1] ?? "";
    const found = /^await\s+pb\.load\(\s*"([^"\\]+)"\s*(?:,\s*\{\s*device:\s*"(\w+)"\s*\})?\s*\)/.exec(last);
    return {
      patchbay: sources.some((source) => /^\s*import \* as pb from ["']patchbay["']/m.test(source)),
      model: found && { name: found[1], device: found[2] ?? "auto" },
    };
  }
}
