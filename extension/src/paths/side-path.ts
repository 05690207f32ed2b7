/** Kept paths one by one: the list to choose from, and the one that is spelled out. */
import {
  count,
  headList,
  keptPaths,
  type PathOrder,
  type PathsView,
  pathNumbers,
  pathWords,
  plain,
  type SpelledPath,
  signed,
  tokenLabel,
} from "patchbay/view";
import { button, el, isolated } from "../dom";
import { chip, quiet, row } from "./side-parts";

/** Paths that are listed at once. */
const LISTED = 6;

export interface PathScene {
  stored: PathsView;
  /** Numbers of the paths that the filters leave, in order. */
  paths: readonly number[];
  order: PathOrder;
  chosen: SpelledPath | null;
  /** Of paths that are not here: whether the kernel can be asked for them, or has been, and what it said. */
  missing: { askable: boolean; asking: boolean; failed: string | null };
}

export interface PathActs {
  show(path: number | null): void;
  step(by: 1 | -1): void;
  order(by: PathOrder): void;
  copy(text: string): void;
  /** Asks the kernel for the paths that the notebook does not hold. */
  ask(): void;
}

/** The path that is spelled out. */
export function spelledSide(
  { stored, paths, chosen }: PathScene & { chosen: SpelledPath },
  acts: PathActs,
): HTMLElement[] {
  const at = paths.indexOf(chosen.index);
  const where = at < 0 ? "not among those that the filters leave" : `${count(at + 1)} of ${count(paths.length)}`;
  const { rank, logit, share, steps, positions } = chosen;
  const stations: HTMLElement[] = [el("li", {}, chip(stored, positions[0] ?? 0), " embedding")];
  for (const {
    from,
    to,
    layers: [first, last],
    heads,
  } of steps)
    stations.push(
      from === to
        ? el(
            "li",
            { class: "pb-quiet" },
            first === last ? `stays in layer ${first}` : `stays in layers ${first}–${last}`,
          )
        : el("li", {}, `layer ${first}${headList(heads)} → `, chip(stored, to)),
    );
  stations.push(el("li", {}, "answer ", el("b", {}, isolated(tokenLabel(stored.answer)))));
  const text = `${pathWords(stored, chosen)}\n${pathNumbers(chosen)}`;
  return [
    el("h4", {}, "Path ", el("span", { class: "pb-badge" }, where)),
    el(
      "p",
      {},
      "rank ",
      el("b", {}, count(rank)),
      " · logit ",
      el("b", {}, signed(logit, 2)),
      ...(share === null ? [] : [` · ${plain(100 * share, Math.abs(share) < 0.1 ? 1 : 0)} % of the answer’s logit`]),
    ),
    el("ol", { class: "pb-stations" }, ...stations),
    el(
      "div",
      { class: "pb-next pb-path-acts" },
      button({ label: "Before", look: "outlined", title: "Path before ([)" }, () => acts.step(-1)),
      button({ label: "After", look: "outlined", title: "Path after (])" }, () => acts.step(1)),
      button({ label: "Copy path", icon: "copy", look: "outlined" }, () => acts.copy(text)),
      button({ label: "All paths", look: "outlined" }, () => acts.show(null)),
    ),
  ];
}

/** The best paths, or why there is no list. */
export function listSide({ stored, paths, order, chosen, missing }: PathScene, acts: PathActs): HTMLElement[] {
  const kept = keptPaths(stored);
  if (stored.kept === 0) return [];
  if (!kept) return missingPaths(stored, missing, acts);
  const at = chosen ? Math.max(0, paths.indexOf(chosen.index)) : 0;
  const first = Math.max(0, Math.min(at - 2, paths.length - LISTED));
  const other = order === "rank" ? "logit" : "rank";
  // Single paths of a deep model bring little each.
  const listed = paths.slice(first, first + LISTED);
  const digits = listed.some((path) => Math.abs(kept.logit[path] ?? 0) < 0.01) ? 4 : 2;
  const title = el("h5", {}, order === "rank" ? "Paths, best rank first" : "Paths, largest logit first");
  const sort = button({ label: `by ${other}` }, () => acts.order(other));
  return [
    el("div", { class: "pb-list-head" }, title, sort),
    el(
      "div",
      { class: "pb-hops" },
      ...listed.map((path, i) => {
        const node = row(
          el("span", { class: "pb-quiet" }, count(first + i + 1)),
          [chip(stored, kept.positions[path * (stored.layers + 1)] ?? 0), ` rank ${count(kept.rank[path] ?? 0)}`],
          signed(kept.logit[path] ?? 0, digits),
          () => acts.show(path),
        );
        node.setAttribute("aria-pressed", String(path === chosen?.index));
        return node;
      }),
    ),
    quiet(paths.length > LISTED ? `${count(paths.length)} in all; [ and ] go through them` : "[ and ] go through them"),
  ];
}

/** Why there is no list, and the way to one while the kernel still has it. */
function missingPaths(
  stored: PathsView,
  { askable, asking, failed }: PathScene["missing"],
  acts: PathActs,
): HTMLElement[] {
  const many = `The ${count(stored.kept)} kept paths are too many for a notebook: here are their sums over edges.`;
  const how = askable ? "The running kernel has them." : "Run the cell again to look at single ones.";
  return [
    el("h5", {}, "Single paths"),
    quiet(`${many} ${asking ? "They are on their way …" : how}`),
    ...(failed ? [el("p", { class: "pb-failed" }, failed)] : []),
    ...(askable && !asking
      ? [
          el(
            "div",
            { class: "pb-next pb-cut" },
            button({ label: "Get them all", look: "outlined" }, () => acts.ask()),
          ),
        ]
      : []),
  ];
}
