/** Progress on stderr: one line that rewrites itself in a terminal, a line every few seconds elsewhere. */

/** Redraws in a terminal, and lines in a log file, at most so often. */
const TERMINAL_MS = 100;
const LOG_MS = 5000;

export class Progress {
  private last = 0;
  private drawn = false;
  constructor(
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = Date.now,
  ) {}

  /** Shows the text, unless it comes too soon after the last one. */
  show(text: string): void {
    const pause = this.stream.isTTY ? TERMINAL_MS : LOG_MS;
    if (this.now() - this.last < pause) return;
    this.last = this.now();
    if (this.stream.isTTY) this.stream.write(`\r\x1b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
    else this.stream.write(`${text}\n`);
    this.drawn = this.stream.isTTY === true;
  }

  /** Takes the moving line away and leaves `text`, if there is one. */
  end(text?: string): void {
    if (this.drawn) this.stream.write("\r\x1b[2K");
    this.drawn = false;
    if (text !== undefined) this.stream.write(`${text}\n`);
  }
}

/** Bytes as people say them.
 *  @example bytesText(1_300_976) // "1.3 MB" */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** Seconds as people say them.
 *  @example secondsText(4000) // "1 h 7 min" */
export function secondsText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
