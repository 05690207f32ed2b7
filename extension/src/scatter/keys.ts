/** The keys of a scatter. */
import { HELP, MOVES, PANS } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: {
    ...MOVES,
    PageUp: "class-before",
    PageDown: "class-after",
  },
  // Some keyboards have brackets only behind AltGr.
  letters: { ...PANS, "[": "layer-down", "]": "layer-up", ",": "layer-down", ".": "layer-up", l: "box" },
  help: [
    ["Arrows", "next point that way"],
    ["Shift + arrows", "and select on the way"],
    ["Home, End", "first and last prompt of the class"],
    ["Page Up, Page Down", "class before and after"],
    ["[ ] or , .", "layer below and above"],
    ["Space", "select the prompt, or what is in the box"],
    ["Enter", "pin the prompt, or take the pin out"],
    ["l", "open a box at the cursor; arrows grow it, with Shift shrink it"],
    HELP.esc,
    HELP.zoom,
    HELP.pan,
    ...HELP.common,
    ["Drag", "lasso or box; Shift adds, Alt removes"],
    ["Middle or Ctrl-drag", "move what is zoomed in on"],
    HELP.tab,
  ],
};
