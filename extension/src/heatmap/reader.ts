/** What a reader does to a heatmap: where the cursor goes from cell to cell, what is selected, found and linked. */
import { cellName, type HeatmapView } from "patchbay/view";
import type { Pointing } from "../link";
import type { Gesture } from "../shell/gesture";
import { Reader } from "../shell/reader";
import { togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import type { Choices } from "./choices";
import { type Arrangement, bestPlace, extentOf, find, findSamples } from "./scene";
import * as S from "./state";
import { describePlace, type LinkedBox, linkedSpots, pointingAt } from "./words";

/** Cells ringed for one sample: where it has most. */
const RINGED = 3;

export class HeatmapReader extends Reader<S.Place, S.Marks> {
  declare state: S.HeatmapState;
  linked: readonly LinkedBox[] = [];
  matches: readonly S.Spot[] = [];
  /** Samples that another view points at, or that are searched for. */
  samples: readonly number[] = [];

  constructor(
    acts: ReaderActs<S.Marks>,
    private readonly of: {
      view(): HeatmapView;
      /** As it came, whichever slice is looked at. */
      whole(): HeatmapView;
      arrangement(): Arrangement | null;
      /** One sample's value in a cell of the first drawn panel. */
      sampleValue(sample: number, spot: S.Spot): number | null;
      /** The cursor has come here: it should be in sight. */
      arrived(spot: S.Spot): void;
    },
  ) {
    super(acts, S.NO_MARKS);
  }

  override restart(saved: unknown): void {
    this.matches = [];
    this.samples = [];
    super.restart(saved);
  }

  protected read(saved: unknown): S.Marks {
    return S.readMarks(saved, this.of.whole());
  }

  same(a: S.Place | null, b: S.Place | null): boolean {
    return S.samePlace(a, b);
  }

  protected pointing(place: S.Place): Pointing {
    return pointingAt(this.of.view(), place);
  }

  protected linkTo(at: Pointing): void {
    const arrangement = this.of.arrangement();
    this.linked = arrangement ? linkedSpots(this.of.view(), extentOf(arrangement.layout), at) : [];
    const { sampleLabels } = this.of.view();
    this.samples = (at?.sample ?? []).map((label) => sampleLabels.indexOf(label)).filter((sample) => sample >= 0);
  }

  protected resting(focused: boolean): S.Place | null {
    const { cursor, marks } = this.state;
    const [selected] = marks.selection;
    return (focused ? cursor : null) ?? (selected ? { panel: cursor?.panel ?? 0, ...selected } : null);
  }

  /** A place that is drawn now; panels come and go with the width. */
  override fitting(place: S.Place | null): S.Place | null {
    const layout = this.of.arrangement()?.layout;
    if (!place || !layout || place.x >= layout.nx || place.y >= layout.ny) return null;
    return place.panel < layout.panels.length ? place : { ...place, panel: 0 };
  }

  enter(): void {
    const arrangement = this.of.arrangement();
    if (this.state.cursor || !arrangement) return;
    const cursor = bestPlace(this.of.view(), arrangement) ?? S.firstPlace(extentOf(arrangement.layout));
    this.state = { ...this.state, cursor };
  }

  private get cursor(): S.Place | null {
    const arrangement = this.of.arrangement();
    return arrangement && (this.fitting(this.state.cursor) ?? S.firstPlace(extentOf(arrangement.layout)));
  }

  protected move(direction: string, extend: boolean): void {
    const arrangement = this.of.arrangement();
    if (!arrangement) return;
    const state = { ...this.state, cursor: this.cursor };
    this.set(S.move(state, extentOf(arrangement.layout), direction as S.Direction, extend));
    if (extend) this.acts.say(`${this.state.marks.selection.length} cells selected.`);
    if (this.state.cursor) this.of.arrived(this.state.cursor);
  }

  protected selectAtCursor(): void {
    if (this.cursor) this.select(this.cursor, false);
  }

  protected pinAtCursor(): void {
    if (this.cursor) this.pin(this.cursor);
  }

  select(place: S.Place, add = false): void {
    const arrangement = this.of.arrangement();
    if (!arrangement) return;
    this.set(S.select({ ...this.state, cursor: place }, place, add));
    const { selection } = this.state.marks;
    if (selection.length === 0) this.acts.say("Selection cleared.");
    else if (selection.length > 1) this.acts.say(`${selection.length} cells selected.`);
    else
      this.acts.say(
        `Selected. ${describePlace(this.of.view(), arrangement.options, arrangement.layout, place).spoken}`,
      );
  }

  range(from: S.Place, to: S.Place, gesture: Gesture): void {
    const arrangement = this.of.arrangement();
    if (!arrangement) return;
    const selection = S.box(extentOf(arrangement.layout), from, to);
    this.set(S.selectRange({ ...this.state, cursor: to }, selection, gesture), `${selection.length} cells selected.`);
  }

  /** Chooses what is shown. */
  choose(choices: Partial<Choices>, say?: string, gesture: Gesture | null = null): void {
    this.remark({ ...this.state.marks, ...choices }, say, gesture);
  }

  pin(place: S.Place): void {
    const next = togglePin({ ...this.state, cursor: place }, S.spotOf(place), S.sameSpot);
    this.setPins(next, next.marks.pins.find((pin) => S.sameSpot(pin, place))?.number);
  }

  goTo(spot: S.Spot): void {
    this.set({ ...this.state, cursor: { panel: this.state.cursor?.panel ?? 0, ...S.spotOf(spot) } });
    this.of.arrived(spot);
  }

  /** A dot of the side panel: its sample is marked in the other views. */
  pointAtSample(sample: number | null): void {
    const label = sample === null ? undefined : this.of.view().sampleLabels[sample];
    this.acts.tellOthers(label === undefined ? null : { sample: [label] });
  }

  /** A click on such a dot: views that show one sample go to it. */
  selectSample(sample: number): void {
    const label = this.of.view().sampleLabels[sample];
    if (label !== undefined) this.acts.tellSelected?.({ sample: [label] });
  }

  /** Cells by their labels; else the cells where a sample of that name has most. */
  protected find(text: string): string | undefined {
    const arrangement = this.of.arrangement();
    this.matches = [];
    this.samples = [];
    if (!arrangement) return undefined;
    const extent = extentOf(arrangement.layout);
    this.matches = find(this.of.view(), extent, text);
    if (this.searching) return undefined;
    this.samples = findSamples(this.of.view(), text);
    const [sample] = this.samples;
    if (sample === undefined) return undefined;
    this.matches = this.strongest(extent, sample);
    return `${this.of.view().sampleLabels[sample]}: its values are not in this view`;
  }

  protected goToMatch(at: number): string {
    const view = this.of.view();
    const spot = this.matches[at] as S.Spot;
    this.goTo(spot);
    const [sample] = this.samples;
    const name = cellName(view, spot.x, spot.y);
    if (sample === undefined) return name;
    return `${view.sampleLabels[sample]}, ${at === 0 ? "most" : "next"} in ${lowered(name)}`;
  }

  /** The cells where a sample has its largest values. */
  private strongest(extent: S.Extent, sample: number): S.Spot[] {
    const spots = S.box(extent, { x: 0, y: 0 }, { x: extent.nx - 1, y: extent.ny - 1 });
    return spots
      .flatMap((spot) => {
        const value = this.of.sampleValue(sample, spot);
        return value === null ? [] : [{ spot, value }];
      })
      .sort((a, b) => b.value - a.value)
      .slice(0, RINGED)
      .map(({ spot }) => spot);
  }
}

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
