/** What one cell writes: text is gathered and sent in few messages (20,000 lines in some 26), and the text that tslab
 *  prints about an error can be taken back, so that it is shown once. Works on after the cell has ended. */
import { isDiagnostic } from "./error-text";
import type { MimeBundle, WriteDisplay, WriteStream } from "./tslab";

/** Send at once what exceeds this many characters, or what has waited this long. */
const BATCH_CHARACTERS = 65_536;
const BATCH_MS = 50;

export class CellOutput {
  /** One entry for each write, because an error is one write. */
  private pending: { name: string; text: string }[] = [];
  private characters = 0;
  private sentAt = Date.now();
  private timer: NodeJS.Immediate | null = null;

  constructor(
    private readonly sendText: WriteStream,
    private readonly sendDisplay: WriteDisplay,
    private readonly silent: boolean,
  ) {}

  readonly write = (name: string, text: string): void => {
    if (this.silent && name === "stdout") return;
    // What waits goes before the new text does, so that the newest write can still be taken back.
    if (this.characters + text.length > BATCH_CHARACTERS || Date.now() - this.sentAt > BATCH_MS) this.flush();
    this.pending.push({ name, text });
    this.characters += text.length;
    this.timer ??= setImmediate(() => this.flush());
  };

  /** Displays stay in order with text. They pass in silent mode too: a request made silently is answered by one. */
  readonly display = (bundle: MimeBundle, update: boolean): void => {
    this.flush();
    this.sendDisplay(bundle, update);
  };

  flush(): void {
    if (this.timer) clearImmediate(this.timer);
    this.timer = null;
    this.sentAt = Date.now();
    const writes = this.pending;
    this.pending = [];
    this.characters = 0;
    if (this.silent) return;
    for (let i = 0; i < writes.length; ) {
      const { name } = writes[i];
      let text = "";
      for (; i < writes.length && writes[i].name === name; i++) text += writes[i].text;
      this.sendText(name, text);
    }
  }

  /** Takes back what tslab has just printed about an error: its last write, or all diagnostics that end the output. */
  takeError(): string {
    const newest = this.pending.at(-1);
    if (newest?.name !== "stderr") return "";
    let from = this.pending.length - 1;
    if (isDiagnostic(newest.text)) {
      while (from > 0 && this.pending[from - 1].name === "stderr" && isDiagnostic(this.pending[from - 1].text)) from--;
    }
    return this.pending
      .splice(from)
      .map(({ text }) => text)
      .join("");
  }
}
