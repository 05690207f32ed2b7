/** The keys of a path graph. */
import { HELP } from "../shell/keys";
import type { KeyMap } from "../shell/types";

export const KEYS: KeyMap = {
  moves: {
    ArrowLeft: "left",
    ArrowRight: "right",
    ArrowUp: "up",
    ArrowDown: "down",
    Home: "home",
    End: "end",
  },
  letters: { v: "verify" },
  help: [
    ["Left, Right", "token before and after that paths come by"],
    ["Up, Down", "layer above and below"],
    ["Home, End", "first and last token of the layer"],
    ["Space", "select the strongest edge here; again: the next one"],
    ["Enter", "pin the selected edge or the token, or take the pin out"],
    ["v", "cut the selected edge and run"],
    HELP.esc,
    ...HELP.common,
    HELP.tab,
  ],
};
