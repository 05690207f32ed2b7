/** The path graph as a table and as CSV: one row for each hop, most paths first. */
import {
  columnPlace,
  count,
  headWords,
  keptPaths,
  keptWords,
  type PathEdge,
  type PathsView,
  pathsQuestion,
  rowPlace,
  shareWords,
  tokenName,
} from "patchbay/view";
import { el, isolated } from "../dom";
import { csvOf } from "../shell/exports";

/** Rows drawn at once: a browser lays out some thousands of cells in a blink, not a hundred thousand. */
const MOST_ROWS = 1_000;

const byPaths = (edges: readonly PathEdge[]): PathEdge[] =>
  [...edges].sort((a, b) => b.paths - a.paths || a.layer - b.layer || a.index - b.index);

/** The table that stands in for the picture; `edges` are those that the filters leave. */
export function tableNode(view: PathsView, edges: readonly PathEdge[]): HTMLElement {
  const all = byPaths(edges);
  const rows = all.slice(0, MOST_ROWS);
  const cut = all.length > rows.length ? `, the first ${count(rows.length)} shown; CSV has all` : "";
  const caption = `${view.title}: ${pathsQuestion(view)}, ${count(all.length)} edges of ${keptWords(view)}${cut}`;
  const columns = ["layer", "from", "to", "paths", "of kept", "best rank", "heads"];
  return el(
    "div",
    { class: "pb-table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    el(
      "table",
      { class: "pb-table" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
      el(
        "tbody",
        {},
        ...rows.map((edge) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, rowPlace(view, edge.layer)),
            el("td", {}, isolated(tokenName(view, edge.from))),
            el("td", {}, isolated(tokenName(view, edge.to))),
            el("td", {}, count(edge.paths)),
            el("td", {}, shareWords(edge.paths, view.kept)),
            el("td", {}, count(edge.bestRank)),
            el("td", {}, edge.heads.join(", ") || headWords(view, edge)),
          ),
        ),
      ),
    ),
  );
}

/** The paths one by one: number, rank, logit, the token of each boundary. */
export function pathsCsv(stored: PathsView, paths: readonly number[]): string {
  const kept = keptPaths(stored);
  const width = stored.layers + 1;
  const rows = paths.map((p) => [
    p,
    kept?.rank[p] ?? 0,
    kept?.logit[p] ?? 0,
    Array.from({ length: width }, (_, b) => kept?.positions[p * width + b]).join(">"),
  ]);
  return csvOf([["path", "answer_rank", "answer_logit", "positions"], ...rows]);
}

/** Tokens as they are, positions beside them. */
export function toCsv(view: PathsView, edges: readonly PathEdge[]): string {
  const rows = byPaths(edges).map((e) => [
    rowPlace(view, e.layer),
    columnPlace(view, e.from),
    columnPlace(view, e.to),
    view.tokens[e.from] ?? "",
    view.tokens[e.to] ?? "",
    e.paths,
    e.bestRank,
    e.heads.join(" "),
  ]);
  const head = ["layer", "from", "to", "from_token", "to_token", "paths", "best_rank", "heads"];
  return csvOf([head, ...rows]);
}
