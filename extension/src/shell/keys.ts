/** Which key does what inside a widget. Tab is never ours, so that it always leaves the widget. */
import type { KeyMap } from "./types";

/** `do` is a name of `COMMON`, or of the kind's own letters. */
export type KeyAction = { do: "move"; direction: string; extend: boolean } | { do: string };

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Keys of every widget. */
const COMMON: Readonly<Record<string, string>> = {
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
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  "0": "zoom-reset",
};

/** With Ctrl or Cmd. JupyterLab's own shortcuts are off inside the widget; saving must still work. */
const COMMANDS: Readonly<Record<string, string>> = { s: "save", z: "undo", "Shift+z": "redo", y: "redo" };

/** What a key press asks for; null when it is none of ours. */
export function keyAction(press: KeyPress, map: KeyMap): KeyAction | null {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = press;
  const command = ctrlKey || metaKey;
  if (altKey) return null;
  const direction = map.moves[command ? `Ctrl+${key}` : key];
  if (direction !== undefined) return { do: "move", direction, extend: shiftKey };
  if (command) {
    const named = map.letters?.[`Ctrl+${key}`] ?? COMMANDS[`${shiftKey ? "Shift+" : ""}${key.toLowerCase()}`];
    return named === undefined ? null : { do: named };
  }
  const action = map.letters?.[key] ?? COMMON[key];
  return action === undefined ? null : { do: action };
}

/** Move what is zoomed in on; names for `Part.act`. */
export const PANS = {
  "Ctrl+ArrowLeft": "pan-left",
  "Ctrl+ArrowRight": "pan-right",
  "Ctrl+ArrowUp": "pan-up",
  "Ctrl+ArrowDown": "pan-down",
} as const;

/** Where every kind's cursor goes; each adds its own. */
export const MOVES = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
} as const;

/** Rows of the help sheet that every widget has; a kind puts its own before and between them. */
export const HELP = {
  esc: ["Esc", "clear the selection, then the pins, then leave"],
  common: [
    ["f", "freeze the read-out"],
    ["t", "table"],
    ["e", "export"],
    ["/", "find; Enter goes to the next match, Shift + Enter to the one before"],
    ["u, U", "undo, redo; also Ctrl or Cmd + Z, Shift + Z"],
    ["Ctrl or Cmd + S", "save the notebook"],
    ["Click, Alt-click", "select, pin"],
    ["Hold Shift", "keep the read-out while the pointer moves"],
  ],
  zoom: ["+, −, 0, or the wheel", "zoom in, out, and back to the whole; a double click shows the whole too"],
  pan: ["Ctrl or Cmd + arrows, Shift + wheel", "move what is zoomed in on"],
  tab: ["Tab", "next control, out of the widget"],
} as const;
