/** What a cell that TypeScript refuses is told beside TypeScript's own words: the line that is meant, what would be
 *  possible in its place, and the way out of what newcomers run into (a forgotten `await`, a cell above that was not
 *  run, Python's spelling). Pure but for `possible`, which asks the compiler what could stand at a place of a text. */

/** Names that could stand at an offset of a text; none when the compiler knows of none. */
export type Possible = (code: string, at: number) => readonly string[];

/** `2:5 - Property 'x' does not exist on type 'T'.`; lines and columns count from 1. */
const PLACED = /^(\d+):(\d+) - (.*)$/;
/** More names than that say nothing. */
const MOST_NAMES = 40;
/** A long line is shown around its place only. */
const SHOWN_BEFORE = 60;
const SHOWN = 110;

/** What Python calls something that TypeScript calls otherwise. */
const FROM_PYTHON: Readonly<Record<string, string>> = {
  print: "TypeScript prints with console.log(...).",
  len: "TypeScript has the length of an array or a text as its .length.",
  range: "TypeScript counts with for (let i = 0; i < n; i++), or [...Array(n).keys()].",
  True: "TypeScript writes true.",
  False: "TypeScript writes false.",
  None: "TypeScript writes null.",
  str: "TypeScript makes a text with String(...).",
};

/** The lines that tslab printed about a cell -> what the cell shows as its error. */
export function explained(printed: readonly string[], code: string, possible: Possible): string[] {
  const lines = code.split("\n");
  const shown: string[] = [];
  let foreign = 0;
  for (let at = 0; at < printed.length; ) {
    const placed = PLACED.exec(printed[at]);
    // TypeScript gives its reasons one by one, all at the same place.
    const end = placed ? endOfReasons(printed, at, placed) : at + 1;
    const reasons = printed.slice(at, end);
    at = end;
    const source = placed && lines[Number(placed[1]) - 1];
    // Of a line in another language the first complaint says enough.
    if (placed && Number(placed[1]) === foreign) continue;
    shown.push(...reasons);
    if (!placed || typeof source !== "string") continue;
    const [row, column] = [Number(placed[1]) - 1, Number(placed[2]) - 1];
    const offset = lines.slice(0, row).reduce((sum, { length }) => sum + length + 1, column);
    shown.push(...marked(source, column));
    const otherwise = inTypeScript(source);
    if (otherwise) foreign = Number(placed[1]);
    const hint = otherwise ?? hintFor(reasons.join(" "), code, offset, source, possible);
    if (hint) shown.push(`    ${hint}`);
  }
  return [...shown, "", "Nothing of this cell was run."];
}

function endOfReasons(printed: readonly string[], at: number, [, row, column]: RegExpExecArray): number {
  let end = at + 1;
  while (printed[end]?.startsWith(`${row}:${column} - `)) end++;
  return end;
}

/** The line of code, and an arrow below its place. */
function marked(source: string, column: number): string[] {
  const from = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
  const text = source.slice(from, from + SHOWN).replaceAll("\t", " ");
  return [`    ${text}`, `    ${" ".repeat(column - from)}^`];
}

/** The way out; null where TypeScript has said it already. */
function hintFor(all: string, code: string, offset: number, source: string, possible: Possible): string | null {
  const unknown = /Cannot find name '([^']+)'/.exec(all)?.[1];
  const declared = unknown !== undefined && undeclared(unknown, source);
  if (declared) return declared;
  if (/Did you mean/.test(all)) return null;
  if (unknown !== undefined) return unknownName(unknown);
  if (/(?:on type|Argument of type|\bType) 'Promise</.test(all))
    return "This is a promise, a value that is still to come: write `await` before the call that makes it.";
  if (/(?:on type|Argument of type|\bType) '\w+Run[<']/.test(all))
    return "This is a run. What it finds stands in its result: const result = await run;";
  const word = /^[\w$]+/.exec(code.slice(offset))?.[0] ?? "";
  if (/type '"[^"]*"' is not assignable/i.test(all)) {
    const literal = /^(?:[\w$]+\s*:\s*)?["']/.exec(code.slice(offset));
    return literal && listed("Here can stand", possible(code, offset + literal[0].length), JSON.stringify);
  }
  if (/does not exist in type/.test(all))
    return listed("What can be said here:", possible(code.slice(0, offset), offset));
  const owner = /Property '[^']+' does not exist on type '([^']+)'/.exec(all)?.[1];
  if (owner === undefined) return null;
  return listed(
    /^[A-Za-z]\w*$/.test(owner) ? `${owner} has` : "It has",
    possible(code.slice(0, offset) + code.slice(offset + word.length), offset),
  );
}

/** A line of Python, said in TypeScript; null for any other. */
function inTypeScript(source: string): string | null {
  if (/^\s*(?:import\s+[\w.]+(?:\s+as\s+\w+)?|from\s+\S+\s+import\b.*)\s*$/.test(source))
    return 'TypeScript imports by: import * as pb from "patchbay";';
  return /^\s*#/.test(source) ? "A comment begins with //." : null;
}

/** `name = value` without `const`. */
const undeclared = (name: string, source: string): string | null =>
  new RegExp(`^\\s*${name.replaceAll("$", "\\$")}\\s*=[^=]`).test(source)
    ? `A new name is declared: const ${name} = ..., or let ${name} = ... if it will change.`
    : null;

function unknownName(name: string): string {
  if (name === "pb") return 'Run the cell with `import * as pb from "patchbay";` first, or put that line here.';
  if (Object.hasOwn(FROM_PYTHON, name)) return FROM_PYTHON[name];
  return `Run the cell that declares ${name}, to its end: a cell that failed or was stopped declares nothing, and a restarted kernel knows no name.`;
}

function listed(
  words: string,
  names: readonly string[],
  spelled: (name: string) => string = (name) => name,
): string | null {
  if (names.length === 0) return null;
  const rest = names.length > MOST_NAMES ? ", ..." : "";
  return `${words} ${names.slice(0, MOST_NAMES).map(spelled).join(", ")}${rest}.`;
}
