/** What a reader does to a scatter: where the cursor goes from point to point, what a lasso or a box takes, what is found
 *  and linked. */
import {
  describePoint,
  type ScatterOptions,
  type ScatterView,
  type ScatterWords,
  spokenLayer,
  spokenSelection,
} from "patchbay/view";
import type { Pointing } from "../link";
import type { Gesture } from "../shell/gesture";
import { Reader } from "../shell/reader";
import { togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import { type Choices, chosenWords } from "./choices";
import type { PointGrid } from "./grid";
import { type Linked, Links, NOT_LINKED, pointingOf } from "./links";
import * as S from "./state";
import { found, isDrawn, middleOf, nameOf, stepFrom } from "./steps";

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export interface Seen {
  view(): ScatterView;
  options(): ScatterOptions;
  /** Points as they are drawn; null before the first drawing. */
  grid(): PointGrid | null;
  /** Whether a point lies in the part that is zoomed in on. */
  inSight(point: number): boolean;
  /** The cursor has come somewhere: it should be in sight. */
  arrived(): void;
}

/** Pixels by which an arrow moves a box's side. */
const STEP = 16;

export class ScatterReader extends Reader<S.Target, S.Marks> {
  linked: Linked = NOT_LINKED;
  /** Points that the search field has found. */
  matches: readonly number[] = [];
  /** A box that the keyboard opened, in pixels; null without one. */
  box: Box | null = null;
  private readonly links = new Links();

  constructor(
    acts: ReaderActs<S.Marks>,
    private readonly of: Seen,
  ) {
    super(acts, S.NO_MARKS);
  }

  override restart(saved: unknown): void {
    this.matches = [];
    this.box = null;
    super.restart(saved);
  }

  protected read(saved: unknown): S.Marks {
    return S.readMarks(saved, this.of.view());
  }

  same(a: S.Target | null, b: S.Target | null): boolean {
    return S.same(a, b);
  }

  /** Nothing is said of a point that is hidden or has no place in this layer. */
  override fitting(target: S.Target | null): S.Target | null {
    return target && this.isDrawn(target.point) ? target : null;
  }

  private isDrawn(point: number): boolean {
    return isDrawn(this.of.grid(), point);
  }

  protected resting(focused: boolean): S.Target | null {
    const { cursor, marks } = this.state;
    if (focused && cursor) return cursor;
    return marks.selection.length === 1 ? (marks.selection[0] as S.Target) : null;
  }

  words({ point }: S.Target): ScatterWords {
    return describePoint(this.of.view(), this.of.options(), point);
  }

  /** The cursor begins at a selected prompt in sight, else in the middle of what is seen. */
  enter(): void {
    const { cursor, marks } = this.state;
    if (this.fitting(cursor)) return;
    const selected = marks.selection.find(({ point }) => this.isDrawn(point) && this.of.inSight(point));
    const start = selected?.point ?? this.middle();
    if (start !== null) this.state = { ...this.state, cursor: S.targetOf(start) };
  }

  private middle(): number | null {
    const grid = this.of.grid();
    return grid && (middleOf(grid, (point) => this.of.inSight(point)) ?? middleOf(grid, () => true));
  }

  protected linkTo(at: Pointing): void {
    this.linked = this.links.linkedOf(this.of.view(), at);
  }

  protected pointing({ point }: S.Target): Pointing {
    return pointingOf(this.of.view(), this.of.options(), point);
  }

  // ---- the cursor

  protected move(direction: string, extend: boolean): void {
    if (this.box) {
      this.growBox(direction, extend ? -STEP : STEP);
      return;
    }
    const { cursor } = this.state;
    const grid = this.of.grid();
    const to = cursor && grid && stepFrom(this.of.view(), grid, cursor.point, direction);
    if (to === null) return;
    const next = { ...this.state, cursor: S.targetOf(to) };
    if (!extend || !cursor) this.set(next);
    else this.takeAs(next, [cursor.point, to], "add");
    this.of.arrived();
  }

  /** Opens a box around the cursor, or closes it. */
  toggleBox(): void {
    const grid = this.of.grid();
    const { cursor } = this.state;
    if (this.box || !grid || !cursor) this.box = null;
    else {
      const [x, y] = [grid.points[2 * cursor.point] as number, grid.points[2 * cursor.point + 1] as number];
      this.box = { x0: x - STEP, y0: y - STEP, x1: x + STEP, y1: y + STEP };
    }
    this.acts.pointedElsewhere(false);
    this.acts.say(this.box ? `Box open. ${this.inBoxWords()}` : "Box closed.");
  }

  private growBox(direction: string, by: number): void {
    if (!this.box) return;
    const box = { ...this.box };
    if (direction === "left") box.x0 -= by;
    if (direction === "right") box.x1 += by;
    if (direction === "up") box.y0 -= by;
    if (direction === "down") box.y1 += by;
    if (box.x1 - box.x0 < 2 || box.y1 - box.y0 < 2) return;
    this.box = box;
    this.acts.say(this.inBoxWords());
  }

  private inBox(): number[] {
    const { box } = this;
    return box ? (this.of.grid()?.inBox(box.x0, box.y0, box.x1, box.y1) ?? []) : [];
  }

  private inBoxWords(): string {
    return spokenSelection(this.of.view(), this.inBox());
  }

  // ---- selection and pins

  protected selectAtCursor(): void {
    if (this.box) {
      const points = this.inBox();
      this.box = null;
      this.take(points, "add");
      return;
    }
    const { cursor } = this.state;
    if (cursor) this.select(cursor, true);
  }

  protected pinAtCursor(): void {
    const { cursor } = this.state;
    if (cursor) this.pin(cursor);
  }

  /** One prompt; `add`: beside the others, or out of them. */
  select(target: S.Target, add = false): void {
    const { selection } = this.state.marks;
    const has = selection.some((other) => S.same(other, target));
    const next = { ...this.state, cursor: target };
    if (add) this.takeAs(next, [target.point], has ? "remove" : "add");
    else this.takeAs(next, has && selection.length === 1 ? [] : [target.point], "replace");
    if (!add && this.state.marks.selection.length === 1) this.acts.tellSelected?.(this.pointing(target));
  }

  /** What a lasso or a box holds. */
  take(points: readonly number[], taking: S.Taking): void {
    this.takeAs(this.state, points, taking);
  }

  private takeAs(state: S.ScatterState, points: readonly number[], taking: S.Taking): void {
    const { marks } = state;
    const selection = S.taken(marks.selection, points, taking);
    this.state = state;
    const changed = selection.length !== marks.selection.length || selection.some((t, i) => t !== marks.selection[i]);
    if (!changed) {
      this.acts.pointedElsewhere(false);
      return;
    }
    this.remark(
      { ...marks, selection },
      selection.length === 0
        ? "Selection cleared."
        : spokenSelection(
            this.of.view(),
            selection.map((t) => t.point),
          ),
    );
  }

  pin(target: S.Target): void {
    const next = togglePin(this.state, target, S.same);
    this.setPins(next, next.marks.pins.find((pin) => S.same(pin, target))?.number);
  }

  /** From a list in the side panel. */
  goTo(target: S.Target): void {
    this.set({ ...this.state, cursor: S.targetOf(target.point) });
    this.of.arrived();
  }

  /** Chooses what is seen. */
  choose(choices: Choices, gesture: Gesture | null = null): void {
    const { marks } = this.state;
    const [before, view] = [this.of.options(), this.of.view()];
    const after = { ...before, ...choices };
    const said = after.layer === before.layer ? chosenWords(choices) : spokenLayer(view, after);
    this.remark({ ...marks, choices: { ...marks.choices, ...choices } }, said, gesture);
  }

  /** The picture follows the cursor: no step of its own. */
  follow(choices: Choices): void {
    const { marks } = this.state;
    this.adjust({ ...marks, choices: { ...marks.choices, ...choices } });
  }

  /** Shows or hides a class, or shows all. */
  toggleClass(k: number | "all"): void {
    const { marks } = this.state;
    const { classes } = this.of.view();
    const hidden = k === "all" ? [] : S.toggled(marks.hidden, k);
    const said =
      k === "all" ? "All classes shown." : `${classes[k]?.label ?? ""} ${hidden.includes(k) ? "hidden" : "shown"}.`;
    this.remark({ ...marks, hidden }, said);
  }

  /** Hides all classes but one; again: shows all. */
  onlyClass(k: number): void {
    const { marks } = this.state;
    const { classes } = this.of.view();
    const others = classes.map((_, other) => other).filter((other) => other !== k);
    const only = others.every((other) => marks.hidden.includes(other)) && !marks.hidden.includes(k);
    if (only) this.toggleClass("all");
    else this.remark({ ...marks, hidden: others }, `Only ${classes[k]?.label ?? ""} shown.`);
  }

  /** An open box is let go first. */
  override clear(): void {
    if (this.box) this.toggleBox();
    else super.clear();
  }

  // ---- search

  protected find(text: string): undefined {
    this.matches = found(this.of.view(), this.of.grid(), text);
  }

  protected goToMatch(at: number): string {
    const point = this.matches[at] as number;
    this.state = { ...this.state, cursor: S.targetOf(point) };
    this.of.arrived();
    return nameOf(this.of.view(), point);
  }
}
