/** What the side panel's controls do: wires it to the reader, the changes, the cuts and the window. */
import type { PathsView } from "patchbay/view";
import { drag, type Gesture } from "../shell/gesture";
import type { ShellActs } from "../shell/types";
import type { Changes } from "./changes";
import type { Cuts } from "./cuts";
import type { Moving } from "./moving";
import type { PathsReader } from "./reader";
import { Side } from "./side";

export function panelOf(
  shell: ShellActs<PathsView>,
  of: { reader: PathsReader; changes: Changes; cuts: Cuts; moving: Moving; stored(): PathsView },
): Side {
  const { reader, changes, cuts, moving } = of;
  let frame: Gesture | null = null;
  return new Side({
    copyCode: () => shell.copy(of.stored().code, "Code copied"),
    goTo: (target) => {
      reader.goTo(target);
      shell.focus();
    },
    cut: () => cuts.run(),
    changed: () => shell.redrawSide(),
    move: (column, row, first) => {
      if (first) frame = drag("frame");
      moving.centre(column, row, frame);
    },
    paths: {
      show: (path) => reader.showPath(path),
      step: (by) => reader.stepPath(by),
      order: (order) => reader.change({ order }, `Paths by ${order}.`),
      copy: (text) => shell.copy(text, "Path copied"),
      ask: () => {
        changes.askWhole();
        // The button goes, and the keys with it.
        shell.focus();
      },
    },
    tokens: {
      group: () => changes.group(),
      ungroup: (column) => changes.ungroup(column),
      instruction: () => changes.instruction(),
      rename: (column, name) => changes.rename(column, name),
      changed: () => shell.redrawSide(),
      focus: () => shell.focus(),
    },
  });
}
