/** The keys of a heatmap. */
import { HELP, MOVES } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: {
    ...MOVES,
    PageUp: "pageUp",
    PageDown: "pageDown",
    "Ctrl+Home": "first",
    "Ctrl+End": "last",
  },
  letters: { "[": "slice-before", "]": "slice-after" },
  help: [
    ["Arrows", "move the cursor"],
    ["Home, End", "first and last cell of the row; with Ctrl or Cmd of the panel"],
    ["Page Up, Page Down", "panel before and after; with one panel top and bottom of the column"],
    ["Space", "select the cell"],
    ["Shift + arrows", "select a range"],
    ["Enter", "pin the cell, or take its pin out"],
    HELP.esc,
    ...HELP.common,
    ["Ctrl or Cmd-click, drag", "add to the selection, select a range"],
    HELP.zoom,
    ["[, ]", "third layer before and after, in a sweep over three"],
    HELP.tab,
  ],
};
