/** What Patchbay throws when something outside it is wrong: a file, a spec, an argument.
 *  One paragraph that names the thing, the value, the rule and the way out; the command line prints it
 *  as it is and exits with 2. Anything else that is thrown is a defect of ours. */

import { nearest } from "./words";

/** The parts of a message. `value` is shown as JSON, cut to 120 characters. */
export interface Complaint {
  /** What was looked at: a file, a field, a hook. */
  thing: string;
  /** What it held, if that helps. */
  value?: unknown;
  /** What there is to choose from, when the value is a name: the nearest is suggested. */
  names?: readonly string[];
  /** What would have been right, as a sentence part ("must be ..."). */
  rule: string;
  /** What to do now. */
  wayOut?: string;
}

/** Longest rendering of a value inside a message, in characters. */
const VALUE_LIMIT = 120;

/** Bad input: exit code 2 on the command line, a red `error` output in a notebook. */
export class PatchbayError extends Error {
  readonly complaint: Complaint;
  constructor(complaint: Complaint) {
    super(sentence(complaint));
    this.complaint = complaint;
    this.name = new.target.name;
  }

  /** Notebooks and terminals print the paragraph alone: a stack would only show our own insides. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.name}: ${this.message}`;
  }
}
/** A checkpoint that is missing, broken or of an architecture that is not known. */
export class CheckpointError extends PatchbayError {}
/** A name that is no hook of the model. */
export class HookError extends PatchbayError {}
/** A wrong argument, or a spec that cannot be run. */
export class SpecError extends PatchbayError {}
/** A result, table or view that has not what is asked of it. */
export class ResultError extends PatchbayError {}
/** A device or precision that cannot be had. */
export class DeviceError extends PatchbayError {}

function sentence({ thing, value, names, rule, wayOut }: Complaint): string {
  const meant = typeof value === "string" && names ? nearest(value, names) : null;
  const shown =
    value === undefined ? "" : ` is ${show(value)}${meant === null ? "" : ` (did you mean ${show(meant)}?)`},`;
  const tail = wayOut === undefined ? "" : `. ${wayOut}`;
  return plain(`${thing}${shown || ":"} ${rule}${tail}`).replace(/\.?$/, ".");
}

/** Without control characters, which could move the cursor of the terminal that shows the message. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

function show(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = String(value);
  }
  return text.length > VALUE_LIMIT ? `${text.slice(0, VALUE_LIMIT)}…` : text;
}
