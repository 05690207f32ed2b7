/** The keys of a heatmap. */
import { HELP, MOVES, PANS } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: {
    ...MOVES,
    PageUp: "pageUp",
    PageDown: "pageDown",
    "Ctrl+Home": "first",
    "Ctrl+End": "last",
  },
  // Some keyboards have brackets only behind AltGr.
  letters: { ...PANS, "[": "slice-before", "]": "slice-after", ",": "slice-before", ".": "slice-after" },
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
    HELP.pan,
    ["Middle or Ctrl-drag, drag of an axis", "move what is zoomed in on"],
    ["[ ] or , .", "third layer before and after, in a sweep over three"],
    HELP.tab,
  ],
};
