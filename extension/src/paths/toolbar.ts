/** The path graph's controls: which trace and sample, which source, which ranks, how many of the paths are drawn in full,
 *  and what tokens and layers are put together. */
import {
  count,
  keptPaths,
  type PathsLayout,
  type PathsOptions,
  type PathsPlace,
  type PathsView,
  rankBreaks,
  tokenLabel,
  unpack,
} from "patchbay/view";
import { button, el } from "../dom";
import type { MenuItem } from "../menu";
import type { AnyPart, Scene } from "../shell/types";
import type { Marks } from "./state";

export interface ToolbarActs {
  marks(): Marks;
  /** The stored view that is shown, and the one on its lattice. */
  stored(): PathsView;
  drawn(): PathsView;
  place(): PathsPlace;
  layout(): PathsLayout | null;
  change(options: Partial<PathsOptions>): void;
  /** Puts a filter by a layer on, or takes it off. */
  through(layer: number): void;
  go(place: PathsPlace): void;
  band(layers: number): void;
  /** What can be done with the chosen tokens. */
  tokens(): MenuItem[];
  /** Whether only a part is drawn. */
  nearer(): boolean;
  zoom(direction: "in" | "reset"): void;
}

const SHARES = [0.5, 0.8, 0.9, 1];
/** So many choices fit beside each other. */
const SEGMENTS = 4;
/** Layers from which bands are offered beside the other controls. */
export const DEEP = 16;
const isWordless = ({ width }: Scene) => width === "narrow" || width === "tiny";

/** Bands that leave at least two rows. */
export const bandsOf = (layers: number): number[] => [1, 2, 4, 8, 16].filter((n) => n === 1 || n * 2 <= layers);

export function pathsToolbar(acts: ToolbarActs): AnyPart<PathsView>["toolbar"] {
  return {
    parts: () => {
      const { tokens, sources, highRanking, maxRank, choices, layers, paths } = acts.stored();
      const { through } = acts.marks();
      return [tokens, sources, highRanking, maxRank, choices, layers, paths !== undefined && paths !== null, through];
    },
    build(bar, scene) {
      const wordless = isWordless(scene);
      const { change } = acts;
      const stored = acts.stored();
      const kept = unpack(stored.highRanking);
      const sources: [string, string][] = stored.sources.flatMap((position, s): [string, string][] =>
        kept[s] === 0
          ? []
          : [[String(position), `${tokenLabel(stored.tokens[position] ?? "")} ${position} (${count(kept[s] ?? 0)})`]],
      );
      const breaks = rankBreaks(stored.maxRank);
      const reached = countsByRank(stored, breaks);
      const ranks = breaks.map((bound, at): [string, string] => [
        at === breaks.length - 1 ? "" : String(bound),
        `${bound === 1 ? "1" : `≤ ${count(bound)}`}${reached ? ` (${count(reached[at] ?? 0)})` : ""}`,
      ]);
      const number = (value: string) => (value === "" ? null : Number(value));
      const source = bar.select(
        "Source",
        [["", "all tokens"], ...sources],
        () => String(acts.marks().source ?? ""),
        (value) => change({ source: number(value) }),
      );
      const rank = bar.select(
        "Rank",
        ranks.reverse(),
        () => String(acts.marks().rank ?? ""),
        (value) => change({ rank: number(value) }),
      );
      const share = bar.select(
        "Show",
        SHARES.map((s) => [String(s), wordless ? `${100 * s} %` : `${100 * s} % of paths`]),
        () => String(acts.marks().share),
        (value) => change({ share: Number(value) }),
      );
      const counts = el("span", { class: "pb-quiet pb-edge-count" });
      bar.follow(() => {
        counts.textContent = countWords(acts.drawn(), acts.layout());
      });
      const deep = stored.layers >= DEEP && stored.paths && !wordless;
      const band = bar.select(
        "Layers",
        bandsOf(stored.layers).map((n) => [String(n), n === 1 ? "each" : `bands of ${n}`]),
        () => String(acts.marks().band),
        (value) => acts.band(Number(value)),
      );
      return [
        ...places(bar, acts, wordless),
        ...(scene.width === "tiny" ? [] : [source]),
        ...(wordless ? [] : [rank]),
        share,
        ...(deep ? [band] : []),
        ...(scene.width === "tiny" ? [] : layerChips(acts)),
        ...(wordless ? [] : [counts]),
      ];
    },
    more: (scene) => [...(isWordless(scene) ? narrowItems(acts) : []), ...acts.tokens(), ...zoomItems(acts)],
    findInBar: () => false,
  };
}

/** Kept paths that rank the answer so well, for each bound; null where single paths are not known. */
function countsByRank(stored: PathsView, bounds: readonly number[]): number[] | null {
  const kept = keptPaths(stored);
  if (!kept) return null;
  const ranks = Array.from(kept.rank);
  return bounds.map((bound) => ranks.reduce((n, rank) => n + Number(rank <= bound), 0));
}

/** Filters by layer, each with its own way off. */
function layerChips(acts: ToolbarActs): HTMLElement[] {
  return acts.marks().through.map((layer) => {
    const chip = button({ label: `moves in layer ${layer}`, icon: "cross", look: "outlined" }, () =>
      acts.through(layer),
    );
    chip.classList.add("pb-filter-chip");
    chip.title = `Only paths that go from one token to another in layer ${layer}; click takes this off`;
    chip.setAttribute("aria-label", `Take off: only paths that move in layer ${layer}`);
    return chip;
  });
}

/** "37 of 137 paths · 30 of 73 edges" */
function countWords(view: PathsView, layout: PathsLayout | null): string {
  if (!layout) return "";
  const edges = `${count(layout.shown)} of ${count(layout.total)} edges`;
  const { of = view.kept, flow } = view.lattice ?? {};
  if (!flow) return edges;
  return `${view.kept === of ? "" : `${count(view.kept)} of `}${count(of)} paths · ${edges}`;
}

type PathsBar = Parameters<AnyPart<PathsView>["toolbar"]["build"]>[0];

/** The switches between traces and between samples. */
function places(bar: PathsBar, acts: ToolbarActs, wordless: boolean): HTMLElement[] {
  const { choices } = acts.stored();
  if (!choices) return [];
  const { traces, samples, by } = choices;
  const goTrace = (trace: number) => acts.go({ ...acts.place(), trace });
  const name = { k: "k", model: "Model", trace: "Trace" }[by];
  const asSegments = by === "k" && traces.length <= SEGMENTS;
  const trace =
    traces.length < 2
      ? []
      : asSegments
        ? [
            ...(wordless ? [] : [el("span", { class: "pb-quiet pb-segments-name" }, "k")]),
            bar.segments(
              "k: attended positions for each head",
              traces.map((text, at) => [text, at] as const),
              (_, at) => acts.place().trace === at,
              goTrace,
            ),
          ]
        : [
            bar.select(
              name,
              traces.map((text, at) => [String(at), text]),
              () => String(acts.place().trace),
              (value) => goTrace(Number(value)),
            ),
          ];
  const sample =
    samples.length < 2
      ? []
      : [
          bar.select(
            "Sample",
            samples.map((text, at) => [String(at), `${at + 1}: ${text}`]),
            () => String(acts.place().sample),
            (value) => acts.go({ ...acts.place(), sample: Number(value) }),
          ),
        ];
  return [...trace, ...sample];
}

/** For those who have neither wheel nor keys. */
const zoomItems = (acts: ToolbarActs): MenuItem[] => [
  { label: "Zoom in", note: "+", act: () => acts.zoom("in") },
  ...(acts.nearer() ? [{ label: "Show all of it", note: "0", act: () => acts.zoom("reset") }] : []),
];

/** What a narrow toolbar leaves out. */
function narrowItems(acts: ToolbarActs): MenuItem[] {
  const { maxRank, layers, paths } = acts.stored();
  const marks = acts.marks();
  const ranks = rankBreaks(maxRank).map((bound, at, all): MenuItem => {
    const last = at === all.length - 1;
    return {
      label: last ? "All ranks" : bound === 1 ? "Rank 1" : `Rank ≤ ${count(bound)}`,
      checked: marks.rank === (last ? null : bound),
      act: () => acts.change({ rank: last ? null : bound }),
    };
  });
  const bands = layers >= DEEP && paths ? bandsOf(layers) : [];
  return [
    ...ranks,
    ...bands.map(
      (n): MenuItem => ({
        label: n === 1 ? "Each layer alone" : `Bands of ${n} layers`,
        checked: marks.band === n,
        act: () => acts.band(n),
      }),
    ),
  ];
}
