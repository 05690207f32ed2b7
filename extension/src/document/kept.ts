/** What a reader marked and chose in result documents. It is kept in JupyterLab's own state, not in the file: the file is
 *  the result's, and its hash is quoted. Without a state it lasts as long as the document is open. */
import type { IStateDB } from "@jupyterlab/statedb";
import type { Kept } from "../frame";

export class DocumentMarks {
  private marks: Record<string, unknown> = {};

  constructor(
    private readonly state: IStateDB | null,
    private readonly path: () => string,
  ) {}

  private get key(): string {
    return `@patchbay/jupyterlab:document:${this.path()}`;
  }

  /** Reads what was kept; to be called before anything is shown. */
  async load(): Promise<void> {
    const kept = await this.state?.fetch(this.key).catch(() => undefined);
    this.marks = typeof kept === "object" && kept !== null && !Array.isArray(kept) ? { ...kept } : {};
  }

  /** Marks of one view of the file. */
  of(view: () => string): Kept {
    return {
      read: () => (Object.hasOwn(this.marks, view()) ? this.marks[view()] : undefined),
      write: (marks) => {
        const { [view()]: _, ...others } = this.marks;
        this.marks = marks === null ? others : { ...others, [view()]: marks };
        void this.state?.save(this.key, this.marks as Parameters<IStateDB["save"]>[1]).catch(() => undefined);
      },
    };
  }
}
