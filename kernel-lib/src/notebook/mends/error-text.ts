/** tslab prints a cell's error to stderr and says no more. This reads name, message and frames back from what it
 *  printed, for a real `error` message, which notebooks show in red and which nbclient and nbmake need to see. */

export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** What errors are called that the compiler found. */
export const COMPILER = "TypeScriptError";

/** `1:7 - Type 'string' is not assignable ...`, with a file name before it for an imported module. */
const DIAGNOSTIC = /^(?:\S+ )?\d+:\d+ - /;
/** `RangeError: text`, `TypeError [ERR_CODE]: text`. */
const NAMED = /^(?:Uncaught )?([A-Za-z_$][\w$.]*)(?: \[[^\]]+\])?:(?: (.*))?$/;
/** Frames of the machinery that runs every cell. */
const MACHINERY = /^\s+at .*(?:node:|[\\/]tslab[\\/]dist[\\/]|[\\/]notebook[\\/]mends[\\/])/;
/** What Node puts before an error that ends a script (or a text that is no JSON): place, line of code, arrow or nothing, an
 *  empty line. */
const ARROW = /^(?:evalmachine\.<anonymous>|<anonymous_script>):\d+\n.*\n\s*\^*\s*\n+/;

/** True for a line that the TypeScript compiler wrote about the cell. */
export const isDiagnostic = (text: string): boolean => DIAGNOSTIC.test(text);

/** What tslab printed for one failed cell -> the three fields of Jupyter's `error`. */
export function readError(printed: string): CellError {
  const lines = printed.replace(ARROW, "").trimEnd().split("\n");
  const first = lines[0];
  if (isDiagnostic(first)) return { ename: COMPILER, evalue: first, traceback: lines };
  const traceback = lines.filter((line) => !MACHINERY.test(line));
  const named = NAMED.exec(first);
  // `throw "note: text"` also looks named, so a name counts only if it is spelled as one or has frames below it.
  if (named && (/(?:Error|Exception)$/.test(named[1]) || lines.some((line) => /^\s+at /.test(line)))) {
    return { ename: named[1], evalue: named[2] ?? "", traceback };
  }
  return { ename: "Error", evalue: first, traceback };
}
