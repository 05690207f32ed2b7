/** Keeps one output in step with what it shows: pages that show it get the view at most ten times a second over the
 *  comm; the notebook's own output (which is what gets saved) is rewritten every few seconds and once at the end. */
import type { View } from "../view/types";
import type { Bundle } from "./cell-display";
import { CellDisplay } from "./cell-display";
import { beforeCellEnds } from "./mends/execute";
import { isWatched, push } from "./pages";

/** What can be shown: a run while it goes on, or something that is whole from the start. */
export interface Live {
  /** Id of its view. */
  readonly id: string;
  /** The picture of what is known now. */
  view(): View;
  /** True when nothing will change any more (until it is resumed). */
  ended(): boolean;
  /** Calls back after each change, also the last. */
  onChange(listener: () => void): void;
  /** What takes longer and is only made of the end: intervals and tests. */
  complete(): Promise<void>;
  /** View and text at once; with the picture when there is time. */
  quickBundle(): Bundle;
  bundle(): Promise<Bundle>;
}

const PUSH_EVERY_MS = 100;
const SAVE_EVERY_MS = 3_000;
/** Drawing a PNG takes the kernel's own thread; it may take this share of the time. */
const DRAWING_SHARE = 0.05;

/** Shows `live` below the cell that runs, and follows it until it ends (and again when it is resumed).
 *  Outside a notebook its text is printed when it has ended. */
export function follow(live: Live): void {
  const display = CellDisplay.here(live.id);
  const follower = display ? new Follower(live, display) : new Printer(live);
  live.onChange(() => follower.changed());
  follower.changed();
}

class Follower {
  private pushing: NodeJS.Timeout | null = null;
  private saving: NodeJS.Timeout | null = null;
  private drawing: Promise<void> = Promise.resolve();
  private pauseMs = SAVE_EVERY_MS;
  private finished = false;

  constructor(
    private readonly live: Live,
    private readonly display: CellDisplay,
  ) {
    display.write(live.quickBundle());
  }

  changed(): void {
    if (this.live.ended()) {
      if (!this.finished) beforeCellEnds(this.finish());
      this.finished = true;
      return;
    }
    this.finished = false;
    this.pushing ??= setTimeout(() => {
      this.pushing = null;
      if (isWatched(this.live.id)) push(this.live.view());
    }, PUSH_EVERY_MS);
    this.saving ??= setTimeout(() => {
      this.saving = null;
      void this.draw();
    }, this.pauseMs);
  }

  /** The last numbers at once, then with what takes longer; the cell that is running waits for this. */
  private async finish(): Promise<void> {
    for (const timer of [this.pushing, this.saving]) if (timer) clearTimeout(timer);
    this.pushing = this.saving = null;
    push(this.live.view());
    try {
      await this.live.complete();
      push(this.live.view());
    } catch (error) {
      console.error(error);
    }
    await this.draw();
  }

  /** Rewrites the output; one drawing at a time. */
  private draw(): Promise<void> {
    this.drawing = this.drawing.then(async () => {
      const started = performance.now();
      try {
        this.display.write(await this.live.bundle());
      } catch (error) {
        // The numbers are safe; what cannot be drawn is said where the user looks.
        console.error(error);
      }
      this.pauseMs = Math.max(SAVE_EVERY_MS, (performance.now() - started) / DRAWING_SHARE);
    });
    return this.drawing;
  }
}

class Printer {
  private printed = false;
  constructor(private readonly live: Live) {}

  changed(): void {
    if (!this.live.ended() || this.printed) return;
    this.printed = true;
    process.stdout.write(`${this.live.quickBundle().data["text/plain"]}\n`);
  }
}
