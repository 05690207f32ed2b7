/** What a reader does to a scatter: where the cursor goes from point to point, what a lasso or a box takes, what is found
 *  and linked. */
import {
  classesOf,
  describePoint,
  promptText,
  type ScatterOptions,
  type ScatterView,
  type ScatterWords,
  spokenSelection,
} from "patchbay/view";
import type { Pointing } from "../link";
import { Reader } from "../shell/reader";
import { togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import type { PointGrid } from "./grid";
import * as S from "./state";

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** What another view points at: prompts of the same text, layers. */
export interface Linked {
  points: readonly number[];
  layers: readonly number[];
}

export interface Seen {
  view(): ScatterView;
  options(): ScatterOptions;
  /** Points as they are drawn; null before the first drawing. */
  grid(): PointGrid | null;
}

const NOT_LINKED: Linked = { points: [], layers: [] };
/** Pixels by which an arrow moves a box's side. */
const STEP = 16;
/** Letters of a prompt that are said of a match. */
const LETTERS = 40;

export class ScatterReader extends Reader<S.Target, S.Marks> {
  linked: Linked = NOT_LINKED;
  /** Points that the search field has found. */
  matches: readonly number[] = [];
  /** A box that the keyboard opened, in pixels; null without one. */
  box: Box | null = null;
  private byPrompt: { view: ScatterView; points: Map<string, number[]> } | null = null;

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
    const { prompts, classes } = this.of.view();
    return S.readMarks(saved, prompts.length, classes.length);
  }

  same(a: S.Target | null, b: S.Target | null): boolean {
    return S.same(a, b);
  }

  override get searching(): boolean {
    return this.matches.length > 0;
  }

  /** Nothing is said of a point that is hidden or has no place in this layer. */
  override fitting(target: S.Target | null): S.Target | null {
    return target && this.isDrawn(target.point) ? target : null;
  }

  private isDrawn(point: number): boolean {
    return Number.isFinite(this.of.grid()?.points[2 * point] ?? Number.NaN);
  }

  protected resting(focused: boolean): S.Target | null {
    const { cursor, marks } = this.state;
    if (focused && cursor) return cursor;
    return marks.selection.length === 1 ? (marks.selection[0] as S.Target) : null;
  }

  words({ point }: S.Target): ScatterWords {
    return describePoint(this.of.view(), this.of.options(), point);
  }

  /** The cursor begins at the first selected prompt, else in the middle of the picture. */
  enter(): void {
    const { cursor, marks } = this.state;
    if (this.fitting(cursor)) return;
    const [selected] = marks.selection;
    const start = selected && this.isDrawn(selected.point) ? selected.point : this.middle();
    if (start !== null) this.state = { ...this.state, cursor: S.targetOf(start) };
  }

  private middle(): number | null {
    const points = this.of.grid()?.points ?? new Float32Array(0);
    let [n, x, y] = [0, 0, 0];
    for (let i = 0; i < points.length; i += 2) {
      if (Number.isNaN(points[i])) continue;
      n++;
      x += points[i] as number;
      y += points[i + 1] as number;
    }
    return n === 0 ? null : (this.of.grid()?.nearest(x / n, y / n, 1e5) ?? null);
  }

  protected linkTo(at: Pointing): void {
    const { modelLayers } = this.of.view();
    const layers = (at?.layer ?? []).map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < modelLayers);
    const points = (at?.sample ?? []).flatMap((label) => this.promptsNamed(label));
    this.linked = { points, layers };
  }

  private promptsNamed(label: string): readonly number[] {
    const view = this.of.view();
    if (this.byPrompt?.view !== view) {
      const points = new Map<string, number[]>();
      for (const [i, prompt] of view.prompts.entries()) {
        const known = points.get(prompt);
        if (known) known.push(i);
        else points.set(prompt, [i]);
      }
      this.byPrompt = { view, points };
    }
    return this.byPrompt.points.get(label) ?? [];
  }

  protected pointing({ point }: S.Target): Pointing {
    const { prompts } = this.of.view();
    const sample = prompts[point] ?? "";
    return { layer: [String(this.of.options().layer)], ...(sample !== "" && { sample: [sample] }) };
  }

  // ---- the cursor

  protected move(direction: string, extend: boolean): void {
    if (this.box) {
      this.growBox(direction, extend ? -STEP : STEP);
      return;
    }
    const { cursor } = this.state;
    const to = cursor && this.stepFrom(cursor.point, direction);
    if (to === null) return;
    const next = { ...this.state, cursor: S.targetOf(to) };
    if (!extend || !cursor) this.set(next);
    else this.takeAs(next, [cursor.point, to], "add");
  }

  private stepFrom(point: number, direction: string): number | null {
    if (direction === "left" || direction === "right" || direction === "up" || direction === "down")
      return this.of.grid()?.towards(point, direction) ?? null;
    const view = this.of.view();
    const classOf = classesOf(view);
    const own = classOf[point] as number;
    const drawnIn = (k: number) => view.prompts.flatMap((_, i) => (classOf[i] === k && this.isDrawn(i) ? [i] : []));
    if (direction === "home") return drawnIn(own)[0] ?? null;
    if (direction === "end") return drawnIn(own).at(-1) ?? null;
    const step = direction === "class-before" ? -1 : 1;
    const many = view.classes.length;
    for (let k = 1; k < many; k++) {
      const [first] = drawnIn((own + step * k + many * k) % many);
      if (first !== undefined) return first;
    }
    return null;
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

  /** Prompts that hold all the words, in their text or in their class's name. */
  search(text: string): string {
    const view = this.of.view();
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const classOf = classesOf(view);
    const labels = view.classes.map(({ label }) => label.toLowerCase());
    this.matches =
      words.length === 0
        ? []
        : view.prompts.flatMap((prompt, i) => {
            const own = `${labels[classOf[i] as number]} ${prompt.toLowerCase()}`;
            return words.every((word) => own.includes(word)) && this.isDrawn(i) ? [i] : [];
          });
    const [first] = this.matches;
    if (first !== undefined) this.state = { ...this.state, cursor: S.targetOf(first) };
    this.acts.pointedElsewhere(false);
    if (words.length === 0) return "";
    if (first === undefined) return "no match";
    const many = this.matches.length === 1 ? "1 match" : `${this.matches.length} matches`;
    return `${many}, 1: ${this.named(first)}`;
  }

  nextMatch(): void {
    const at = this.matches.indexOf(this.state.cursor?.point ?? -1);
    const next = this.matches[(at + 1) % Math.max(1, this.matches.length)];
    if (next === undefined) return;
    this.state = { ...this.state, cursor: S.targetOf(next) };
    this.acts.pointedElsewhere(true);
  }

  private named(point: number): string {
    const view = this.of.view();
    const prompt = view.prompts[point] ?? "";
    return prompt === "" ? (view.classes[classesOf(view)[point] as number]?.label ?? "") : promptText(prompt, LETTERS);
  }
}
