/** Where displays go: below the cell that runs, or to standard output when this process is no kernel. */
import { type MimeBundle, runningTslab, type WriteDisplay } from "./mends/tslab";

export type Bundle = Pick<MimeBundle, "data" | "metadata">;

/** One output of one cell; later versions replace it in place, also after the cell has ended. */
export class CellDisplay {
  private shown = false;
  private constructor(
    private readonly displayId: string,
    private readonly writer: WriteDisplay,
  ) {}

  /** A place below the cell that runs now; null outside a notebook. */
  static here(displayId: string): CellDisplay | null {
    const writer = runningTslab()?.jupyter.lastWriteDisplayData ?? null;
    return writer && new CellDisplay(displayId, writer);
  }

  /** Shows the bundle, or puts it in the place of what was shown before. */
  write({ data, metadata }: Bundle): void {
    this.writer({ data, metadata, transient: { display_id: this.displayId } }, this.shown);
    this.shown = true;
  }
}
