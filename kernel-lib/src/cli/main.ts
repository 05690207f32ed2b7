/** The command line's one entry: runs a command and ends the process with its exit code.
 *  0 done, 1 failed, 2 bad usage or bad input, 130 cancelled. */
import { runCommand } from "./program";

/** Called by bin/patchbay.cjs with the arguments after `patchbay`. */
export function main(args: readonly string[]): void {
  // A reader that closes early (`patchbay inspect MODEL | head -1`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  void runCommand(args).then((code) => {
    // onnxruntime's worker may still be winding down; output to a pipe may still be under way.
    process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
  });
}
