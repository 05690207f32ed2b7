/** What follows when marks change: they are kept, drawn, and told to the kernel, for `pb.selection()`. */
import type { Request } from "patchbay/view";
import type { Marks } from "./types";

/** Zooming and sliding change marks many times a second: the kernel hears of it when they rest. What is selected or
 *  pinned it hears at once. */
const SETTLE_MS = 150;

export interface MarkingActs<M extends Marks> {
  /** Nothing is marked: there is nothing to keep. */
  unmarked(): boolean;
  keep(marks: M | null): void;
  /** All of it, or only what lists marks beside the picture. */
  draw(): void;
  drawSide(): void;
  picturesSelection: boolean;
  /** What the kernel is to know; null without a kernel that knows the view. */
  request(): Request | null;
  send(request: Request): Promise<unknown>;
}

export class Marking<M extends Marks> {
  private last: M;
  private told = "";
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    marks: M,
    private readonly acts: MarkingActs<M>,
  ) {
    this.last = marks;
  }

  /** Other marks stand there now, and will be drawn anyway. */
  restart(marks: M): void {
    this.last = marks;
  }

  changed(marks: M): void {
    const { acts, last } = this;
    this.last = marks;
    acts.keep(acts.unmarked() ? null : marks);
    const names = (Object.keys({ ...last, ...marks }) as (keyof M)[]).filter((name) => marks[name] !== last[name]);
    const [selected, pinned] = [names.includes("selection"), names.includes("pins")];
    const chosen = names.length > Number(selected) + Number(pinned);
    if (chosen || (selected && acts.picturesSelection)) acts.draw();
    else acts.drawSide();
    if (selected || pinned) this.tell();
    else this.timer ??= setTimeout(() => this.tell(), SETTLE_MS);
  }

  private tell(): void {
    this.stop();
    const request = this.acts.request();
    const text = JSON.stringify(request);
    if (request === null || text === this.told) return;
    this.told = text;
    // A kernel that restarts meanwhile has no use for the selection.
    this.acts.send(request).catch(() => {
      this.told = "";
    });
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
