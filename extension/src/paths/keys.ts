/** Which key does what inside a path graph. Tab is never ours, so that it always leaves the widget. */
import type { PathGraph } from "patchbay/view";

export type KeyAction =
  | { do: "move"; direction: Parameters<PathGraph["step"]>[1] }
  | {
      do:
        | "select"
        | "pin"
        | "escape"
        | "freeze"
        | "table"
        | "export"
        | "find"
        | "help"
        | "undo"
        | "redo"
        | "verify"
        | "save";
    };

const MOVES: Record<string, Parameters<PathGraph["step"]>[1]> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
};
const LETTERS: Record<string, Exclude<KeyAction, { do: "move" }>["do"]> = {
  " ": "select",
  Enter: "pin",
  Escape: "escape",
  f: "freeze",
  t: "table",
  e: "export",
  "/": "find",
  "?": "help",
  u: "undo",
  U: "redo",
  v: "verify",
};

/** What a key press asks for; null when it is none of ours. */
export function keyAction(
  press: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">,
): KeyAction | null {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = press;
  const command = ctrlKey || metaKey;
  // JupyterLab's own shortcuts are off inside the widget; saving must still work.
  if (command && !altKey && !shiftKey && key.toLowerCase() === "s") return { do: "save" };
  if (altKey || command) return null;
  const direction = MOVES[key];
  if (direction) return { do: "move", direction };
  const action = LETTERS[key];
  return action ? { do: action } : null;
}

/** What the help overlay lists, in its order. */
export const KEY_HELP: readonly (readonly [keys: string, does: string])[] = [
  ["Left, Right", "token before and after that paths come by"],
  ["Up, Down", "layer above and below"],
  ["Home, End", "first and last token of the layer"],
  ["Space", "select the strongest edge here; again: the next one"],
  ["Enter", "pin the selected edge or the token, or take the pin out"],
  ["v", "cut the selected edge and run"],
  ["Esc", "clear the selection, then the pins, then leave"],
  ["f", "freeze the read-out"],
  ["t", "table"],
  ["e", "export"],
  ["/", "find a token"],
  ["u, U", "undo, redo"],
  ["Ctrl or Cmd + S", "save the notebook"],
  ["Click, Alt-click", "select, pin"],
  ["Hold Shift", "keep the read-out while the pointer moves"],
  ["Tab", "next control, out of the widget"],
];
