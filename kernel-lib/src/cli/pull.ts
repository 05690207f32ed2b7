/** `patchbay pull OWNER/NAME[@REVISION]`. */
import { pull } from "../checkpoint/pull";
import { counted } from "../words";
import { bytesText, Progress } from "./progress";

export async function pullCommand(name: string, signal: AbortSignal): Promise<void> {
  const progress = new Progress();
  try {
    const { folder, commit, files, bytes } = await pull(name, {
      signal,
      onProgress: ({ file, done, total }) => progress.show(`${file}: ${bytesText(done)} of ${bytesText(total)}`),
    });
    progress.end(`${name} at ${commit.slice(0, 12)}: ${counted(files.length, "file")}, ${bytesText(bytes)}`);
    process.stdout.write(`${folder}\n`);
  } finally {
    progress.end();
  }
}
