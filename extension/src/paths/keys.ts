/** The keys of a path graph. */
import { HELP, MOVES } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: MOVES,
  letters: {
    v: "verify",
    a: "add",
    "[": "path-before",
    "]": "path-after",
    g: "group",
    n: "name",
    o: "open",
    b: "band",
    k: "trace",
    ",": "sample-before",
    ".": "sample-after",
  },
  help: [
    ["Left, Right", "token before and after that paths come by"],
    ["Up, Down", "layer above and below"],
    ["Home, End", "first and last token of the layer"],
    ["Space", "select the strongest edge here; again: the next one"],
    ["a", "select the next edge here as well"],
    ["Enter", "pin the selected edge or the token, or take the pin out"],
    ["[ and ]", "spell out the path before or after in the list"],
    ["v", "cut the selected edges, or the path, and run"],
    ["Shift + Left, Right", "choose tokens next to each other"],
    ["g, n, o", "group the chosen tokens, name one, open or close a group"],
    ["b", "layers in bands of 1, 2, 4, 8"],
    ["k", "the next trace"],
    [", and .", "sample before and after"],
    HELP.esc,
    ...HELP.common,
    ["Ctrl or Cmd + click", "select several edges"],
    HELP.zoom,
    HELP.tab,
  ],
};
