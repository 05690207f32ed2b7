/** What all set-up files share: where the project is, how they talk, how they fail. */
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Something is missing on this machine; the message says in one sentence what, and what to do. */
export class SetupError extends Error {}

/** Progress goes to stderr, so that the output of a command stays its own. */
export const say = (text) => process.stderr.write(`patchbay: ${text}\n`);

/** Runs `work`; a SetupError ends the process with its sentence instead of a stack. */
export async function orSay(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(1);
  }
}
