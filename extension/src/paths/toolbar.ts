/** The path graph's controls: which source, which ranks, how many of the paths are drawn in full. */
import {
  count,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  rankBreaks,
  tokenName,
  unpack,
} from "patchbay/view";
import { el } from "../dom";
import type { AnyPart, Scene } from "../shell/types";

export interface ToolbarActs {
  options(): PathsOptions;
  layout(): PathsLayout | null;
  change(options: Partial<PathsOptions>): void;
}

const SHARES = [0.5, 0.8, 0.9, 1];
const isWordless = ({ width }: Scene) => width === "narrow" || width === "tiny";

export function pathsToolbar({ options, layout, change }: ToolbarActs): AnyPart<PathsView>["toolbar"] {
  return {
    parts: ({ view }) => [view.tokens, view.sources, view.highRanking, view.maxRank],
    build(bar, scene) {
      const { view, width } = scene;
      const wordless = isWordless(scene);
      const kept = unpack(view.highRanking);
      const sources: [string, string][] = view.sources.flatMap((position, s): [string, string][] =>
        kept[s] === 0 ? [] : [[String(position), tokenName(view, position)]],
      );
      const breaks = rankBreaks(view.maxRank);
      const ranks = breaks.map((bound, at): [string, string] => [
        at === breaks.length - 1 ? "" : String(bound),
        bound === 1 ? "1" : `≤ ${count(Math.min(bound, view.maxRank))}`,
      ]);
      const number = (value: string) => (value === "" ? null : Number(value));
      const source = bar.select(
        "Source",
        [["", "all tokens"], ...sources],
        () => String(options().source ?? ""),
        (value) => change({ source: number(value) }),
      );
      const rank = bar.select(
        "Rank",
        ranks.reverse(),
        () => String(options().rank ?? ""),
        (value) => change({ rank: number(value) }),
      );
      const share = bar.select(
        "Show",
        SHARES.map((s) => [String(s), wordless ? `${100 * s} %` : `${100 * s} % of paths`]),
        () => String(options().share),
        (value) => change({ share: Number(value) }),
      );
      const counts = el("span", { class: "pb-quiet pb-edge-count" });
      bar.follow(() => {
        const shown = layout();
        counts.textContent = shown ? `${count(shown.shown)} of ${count(shown.total)} edges` : "";
      });
      return [...(width === "tiny" ? [] : [source]), ...(wordless ? [] : [rank]), share, ...(wordless ? [] : [counts])];
    },
    findInBar: () => false,
  };
}
