/** Where displays go: the cell that runs, or standard output when this process is no kernel. */
import type { MimeBundle, WriteDisplay } from "./mends/tslab";
import { runningTslab } from "./mends/tslab";

export type { MimeBundle };

/** One output of one cell; later versions replace it in place, also after the cell has ended. */
export class Output {
  private shown = false;
  private constructor(
    private readonly displayId: string,
    private readonly writer: WriteDisplay | null,
  ) {}

  /** An output below the cell that runs now. */
  static here(displayId: string): Output {
    return new Output(displayId, runningTslab()?.jupyter.lastWriteDisplayData ?? null);
  }

  /** Shows the bundle, or puts it in the place of what was shown before. Without a notebook only the first text is printed. */
  write({ data, metadata }: Pick<MimeBundle, "data" | "metadata">): void {
    const update = this.shown;
    this.shown = true;
    if (this.writer) this.writer({ data, metadata, transient: { display_id: this.displayId } }, update);
    else if (!update) process.stdout.write(`${data["text/plain"]}\n`);
  }
}
