/** What a reader does to a chart: where the cursor goes from value to value, what is selected, found and linked. */
import { type ChartPoint, type ChartView, chartLabels, chartPoints, pointName, spokenPoint } from "patchbay/view";
import type { LinkField, Pointing } from "../link";
import { Reader } from "../shell/reader";
import { marked, togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import * as S from "./state";

const LINKED: readonly string[] = ["layer", "head", "position", "token", "task"] satisfies readonly LinkField[];

/** What the places along x are to other views; null for what only charts have. */
export const linkField = (view: ChartView): LinkField | null =>
  LINKED.includes(view.x.field) ? (view.x.field as LinkField) : null;

export class ChartReader extends Reader<S.Target, S.Marks> {
  /** Places along x that another view points at, by panel and place. */
  linked: readonly { panel: number; x: number }[] = [];
  matches: readonly S.Target[] = [];

  constructor(
    acts: ReaderActs<S.Marks>,
    private readonly of: { view(): ChartView; panels(): readonly number[] },
  ) {
    super(acts, S.NO_MARKS);
  }

  /** All values of the view. */
  get points(): readonly ChartPoint[] {
    return chartPoints(this.of.view());
  }

  private get order(): S.Target[] {
    return S.readingOrder(this.points, this.of.panels());
  }

  pointOf(target: S.Target | null): ChartPoint | null {
    return (target && this.points.find((point) => S.same(point, target))) ?? null;
  }

  override restart(saved: unknown): void {
    this.matches = [];
    super.restart(saved);
  }

  protected read(saved: unknown): S.Marks {
    return S.readMarks(saved, this.of.view());
  }

  same(a: S.Target | null, b: S.Target | null): boolean {
    return S.same(a, b);
  }

  protected pointing({ panel, x }: S.Target): Pointing {
    const view = this.of.view();
    const field = linkField(view);
    const label = chartLabels(view, panel)[x];
    return field === null || label === undefined ? null : { [field]: [label] };
  }

  protected linkTo(at: Pointing): void {
    const view = this.of.view();
    const field = linkField(view);
    const names = (field && at?.[field]) || [];
    this.linked = view.panels.flatMap((_, panel) =>
      chartLabels(view, panel).flatMap((label, x) => (names.includes(label) ? [{ panel, x }] : [])),
    );
  }

  protected resting(focused: boolean): S.Target | null {
    const { cursor, marks } = this.state;
    return (focused ? cursor : null) ?? marks.selection[0] ?? null;
  }

  override fitting(target: S.Target | null): S.Target | null {
    const point = this.pointOf(target);
    return point !== null && point.value !== null && this.of.panels().includes(point.panel) ? target : null;
  }

  /** The largest value: where the eye goes first. */
  get largest(): S.Target | null {
    const drawn = this.points.filter((point) => point.value !== null && this.of.panels().includes(point.panel));
    if (drawn.length === 0) return null;
    return S.targetOf(drawn.reduce((a, b) => ((b.value as number) > (a.value as number) ? b : a)));
  }

  enter(): void {
    if (!this.fitting(this.state.cursor)) this.state = { ...this.state, cursor: this.largest };
  }

  protected move(direction: string, extend: boolean): void {
    const from = this.fitting(this.state.cursor) ?? this.largest;
    if (!from) return;
    const cursor = S.step(this.order, from, direction as S.Direction);
    const state = { ...this.state, cursor };
    if (!extend) {
      this.set(state);
      return;
    }
    const { marks } = this.state;
    const selection = [...marks.selection, from, cursor].filter(
      (target, i, all) => all.findIndex((other) => S.same(other, target)) === i,
    );
    this.set(marked(state, { ...marks, selection }), `${selection.length} values selected.`);
  }

  protected selectAtCursor(): void {
    if (this.state.cursor) this.select(this.state.cursor);
  }

  protected pinAtCursor(): void {
    if (this.state.cursor) this.pin(this.state.cursor);
  }

  select(target: S.Target, add = false): void {
    const { marks } = this.state;
    const has = marks.selection.some((other) => S.same(other, target));
    const others = marks.selection.filter((other) => !S.same(other, target));
    const alone = has && marks.selection.length === 1 ? [] : [target];
    const selection = add ? (has ? others : [...others, target]) : alone;
    const point = this.pointOf(target);
    const said =
      selection.length === 0
        ? "Selection cleared."
        : selection.length > 1 || point === null
          ? `${selection.length} values selected.`
          : `Selected. ${spokenPoint(this.of.view(), point)}`;
    this.set(marked({ ...this.state, cursor: target }, { ...marks, selection }), said);
  }

  pin(target: S.Target): void {
    const next = togglePin({ ...this.state, cursor: target }, S.targetOf(target), S.same);
    this.setPins(next, next.marks.pins.find((pin) => S.same(pin, target))?.number);
  }

  /** From a list in the side panel. */
  goTo(target: S.Target): void {
    this.set({ ...this.state, cursor: S.targetOf(target) });
  }

  /** Values whose panel, place and series hold all the words. */
  protected find(text: string): undefined {
    const view = this.of.view();
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (target: S.Target) => {
      const point = this.pointOf(target);
      const name = point === null ? "" : pointName(view, point).toLowerCase();
      return words.every((word) => name.includes(word));
    };
    this.matches = words.length === 0 ? [] : this.order.filter(holds);
  }

  protected goToMatch(at: number): string {
    const target = this.matches[at] as S.Target;
    this.goTo(target);
    return pointName(this.of.view(), this.pointOf(target) as ChartPoint);
  }
}
