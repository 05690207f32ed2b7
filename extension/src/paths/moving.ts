/** Nearer, further and along: changes which columns and rows are drawn. What a reader does is a step that undo takes back,
 *  a drag or a turn of the wheel as one; that the window goes after the cursor is none. */
import { type PathSpot, type PathsLayout, type PathsView, type PathWindow, wholeWindow } from "patchbay/view";
import { drag, type Gesture } from "../shell/gesture";
import type { PathsReader } from "./reader";
import { centred, holding, panned, windowWords, zoomed } from "./window";

export class Moving {
  private followed: PathSpot | null = null;
  private held: { gesture: Gesture; from: PathWindow } | null = null;

  constructor(
    private readonly reader: PathsReader,
    private readonly of: { view(): PathsView; layout(): PathsLayout | null; window(): PathWindow | null },
  ) {}

  private get whole(): PathWindow {
    return wholeWindow(this.of.view());
  }

  /** One step in or out around the pointer, or the cursor. */
  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean {
    const { reader } = this;
    const [view, layout] = [this.of.view(), this.of.layout()];
    if (at) reader.keyboard = false;
    const middle = { boundary: Math.ceil(view.layers / 2), position: Math.floor(view.tokens.length / 2) };
    const spot =
      at && layout
        ? {
            position: Math.round((at.x - layout.origin.x) / layout.column),
            boundary: Math.round((layout.origin.y - at.y) / layout.row),
          }
        : (reader.cursor ?? middle);
    const next = direction === "reset" ? null : zoomed(this.whole, this.of.window(), direction, spot);
    return this.go(next, next ? windowWords(view, next) : "All of it.", gesture);
  }

  /** @param first the drag begins: columns and rows are counted from here */
  pan(columns: number, rows: number, first: boolean): boolean {
    const from = this.of.window();
    if (first) this.held = from && { gesture: drag("pan"), from };
    if (!this.held) return false;
    // The cursor of the keys would hold the window where it is.
    this.reader.keyboard = false;
    this.go(panned(this.whole, this.held.from, columns, rows), "", this.held.gesture);
    return true;
  }

  /** The frame of the overview, moved. */
  centre(column: number, row: number, gesture: Gesture | null): void {
    this.reader.keyboard = false;
    this.go(centred(this.whole, this.of.window(), column, row), "", gesture);
  }

  /** Goes after the cursor when that has moved. */
  follow(): void {
    const { cursor } = this.reader;
    if (cursor === this.followed) return;
    this.followed = cursor;
    const now = this.of.window();
    const next = cursor && holding(this.whole, now, cursor);
    if (next && next !== now) this.reader.adjust({ ...this.reader.state.marks, window: next });
  }

  private go(window: PathWindow | null, say: string, gesture: Gesture | null): boolean {
    if (JSON.stringify(window) === JSON.stringify(this.of.window())) return false;
    this.reader.remark({ ...this.reader.state.marks, window }, say === "" ? undefined : say, gesture);
    return true;
  }
}
