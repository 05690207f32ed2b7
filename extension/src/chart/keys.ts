/** The keys of a chart. */
import { HELP, MOVES } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: {
    ...MOVES,
    PageUp: "page-up",
    PageDown: "page-down",
  },
  help: [
    ["Left, Right", "next place along the axis"],
    ["Up, Down", "next series at this place"],
    ["Shift + arrows", "and select on the way"],
    ["Home, End", "first and last value"],
    ["Page Up, Page Down", "panel before and after"],
    ["Space", "select the value"],
    ["Enter", "pin the value, or take the pin out"],
    HELP.esc,
    ...HELP.common,
    HELP.tab,
  ],
};
