/** What a reader marked and chose in result documents. It is kept in JupyterLab's own state, not in the file: the file is
 *  the result's, and its hash is quoted. Without a state it lasts as long as the document is open. */
import type { Contents } from "@jupyterlab/services";
import type { IStateDB } from "@jupyterlab/statedb";
import type { Kept } from "../frame";

/** JupyterLab lists a state's keys by what stands before their first colon. */
const NAMESPACE = "@patchbay/jupyterlab";
const keyOf = (path: string): string => `${NAMESPACE}:document:${path}`;

/** Marks go where their files go: with a file, or a folder of files, that is renamed or moved, and away with one that is
 *  deleted. */
export function followFiles(state: IStateDB, changed: Contents.IManager["fileChanged"]): void {
  let last: Promise<void> = Promise.resolve();
  changed.connect((_, { type, oldValue, newValue }) => {
    const from = oldValue?.path;
    if (from === undefined || (type !== "rename" && type !== "delete")) return;
    // One after the other: a file may be moved into a folder that is renamed at once.
    last = last.then(() => moved(state, from, type === "rename" ? newValue?.path : undefined)).catch(() => undefined);
  });
}

async function moved(state: IStateDB, from: string, to: string | undefined): Promise<void> {
  const { ids, values } = await state.list(NAMESPACE);
  for (const [at, id] of ids.entries()) {
    const rest = id.startsWith(keyOf(from)) ? id.slice(keyOf(from).length) : null;
    if (rest === null || (rest !== "" && !rest.startsWith("/"))) continue;
    await state.remove(id);
    if (to !== undefined) await state.save(keyOf(to + rest), values[at]);
  }
}

export class DocumentMarks {
  private marks: Record<string, unknown> = {};

  constructor(
    private readonly state: IStateDB | null,
    private readonly path: () => string,
  ) {}

  private get key(): string {
    return keyOf(this.path());
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
