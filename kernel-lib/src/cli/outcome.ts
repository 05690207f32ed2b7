/** What a command's end means to the shell: exit code, and one paragraph on stderr. */
import { CommanderError } from "commander";
import { PatchbayError } from "../errors";

export const EXIT = { done: 0, failed: 1, badInput: 2, cancelled: 130 } as const;

/** Errors of the file system that the user can mend, in words. */
const FILE_ERRORS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "may not be read or written by this user"],
  ["EPERM", "may not be changed by this user"],
  ["ENOENT", "does not exist"],
  ["ENOTDIR", "goes through something that is no folder"],
  ["EISDIR", "is a folder, not a file"],
  ["ELOOP", "is a loop of symbolic links"],
  ["ENAMETOOLONG", "is too long a name"],
  ["EROFS", "lies on a disk that cannot be written to"],
]);

export interface Outcome {
  code: number;
  /** null: nothing to say. */
  message: string | null;
}

/** @example outcomeOf(new PatchbayError({ thing: "x", rule: "must be y" })).code // 2 */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof CommanderError) return usage(error);
  if (error instanceof PatchbayError) return { code: EXIT.badInput, message: error.message };
  if (isAbort(error)) return { code: EXIT.cancelled, message: null };
  const { code, path, message } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : FILE_ERRORS.get(code);
  if (known && path) return { code: EXIT.badInput, message: `${path}: ${known} (${code}).` };
  const reason = String(message ?? error).split("\n")[0];
  return {
    code: EXIT.failed,
    message: `${reason}. This is a failure of Patchbay, not of your input; PATCHBAY_DEBUG=1 shows where it happened.`,
  };
}

/** Commander has asked for help or a version (0), or tells of a wrong argument. */
function usage(error: CommanderError): Outcome {
  if (error.exitCode === 0) return { code: EXIT.done, message: null };
  // Commander printed the help itself when no command was given.
  if (error.code === "commander.help") return { code: EXIT.badInput, message: null };
  const text = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
  return { code: EXIT.badInput, message: `${text}. See \`patchbay --help\`.` };
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
