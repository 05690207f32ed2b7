/** Which key does what inside a heatmap. Tab is never ours, so that it always leaves the widget. */
import type { Direction } from "./state";

export type KeyAction =
  | { do: "move"; direction: Direction; extend: boolean }
  | { do: "select" | "pin" | "escape" | "freeze" | "table" | "export" | "find" | "help" | "undo" | "redo" | "save" };

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

const MOVES: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
  PageUp: "pageUp",
  PageDown: "pageDown",
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
};

/** What a key press asks for; null when it is none of ours. */
export function keyAction(press: KeyPress): KeyAction | null {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = press;
  const command = ctrlKey || metaKey;
  // JupyterLab's own shortcuts are off inside the widget; saving must still work.
  if (command && !altKey && !shiftKey && key.toLowerCase() === "s") return { do: "save" };
  if (altKey) return null;
  const direction = MOVES[key];
  if (direction) {
    if (command) return key === "Home" ? far("first", shiftKey) : key === "End" ? far("last", shiftKey) : null;
    return { do: "move", direction, extend: shiftKey };
  }
  if (command) return null;
  const action = LETTERS[key];
  return action ? { do: action } : null;
}

const far = (direction: Direction, extend: boolean): KeyAction => ({ do: "move", direction, extend });

/** What the help overlay lists, in its order. */
export const KEY_HELP: readonly (readonly [keys: string, does: string])[] = [
  ["Arrows", "move the cursor"],
  ["Home, End", "first and last cell of the row; with Ctrl or Cmd of the panel"],
  ["Page Up, Page Down", "panel before and after; with one panel top and bottom of the column"],
  ["Space", "select the cell"],
  ["Shift + arrows", "select a range"],
  ["Enter", "pin the cell, or take its pin out"],
  ["Esc", "clear the selection, then the pins, then leave"],
  ["f", "freeze the read-out"],
  ["t", "table"],
  ["e", "export"],
  ["/", "find"],
  ["u, U", "undo, redo"],
  ["Ctrl or Cmd + S", "save the notebook"],
  ["Click, Alt-click", "select, pin"],
  ["Ctrl or Cmd-click, drag", "add to the selection, select a range"],
  ["Tab", "next control, out of the widget"],
];
