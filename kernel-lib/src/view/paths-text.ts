/** A path graph in words: text/plain of a notebook's output, and what a screen reader hears first. */
import { unpack } from "../result/pack";
import { counted } from "../words";
import { count, plain } from "./format";
import type { PathsView } from "./paths-types";
import { pathEdges, pathsQuestion } from "./paths-view";
import { tokenLabel } from "./tokens";

/** Hops that are listed. */
const LISTED = 8;

/** Title, question, kept paths by source, and the hops that most of them take. */
export function pathsText(view: PathsView): string {
  const kept = unpack(view.highRanking);
  const total = unpack(view.totalPaths);
  const name = (position: number) => `${position} ${tokenLabel(view.tokens[position])}`;
  const from = view.sources.map((position, s) => [name(position), count(kept[s]), count(total[s])]);
  const hops = [...pathEdges(view)].sort((a, b) => b.paths - a.paths || a.index - b.index).slice(0, LISTED);
  return [
    view.title,
    `${pathsQuestion(view)} · ${view.model.name} · ${view.device}`,
    sampleLine(view),
    "",
    ...columns([["from token", "kept", "of all"], ...from]),
    "",
    ...columns([
      ["layer", "from", "to", "paths", "best rank", "heads"],
      ...hops.map((e) => [
        String(e.layer),
        name(e.from),
        name(e.to),
        count(e.paths),
        count(e.bestRank),
        e.heads.join(" ") || "residual",
      ]),
    ]),
    ...completeness(view),
  ].join("\n");
}

/** "Paths to the answer: capital, path graph, 56 of 6 120 paths kept, 19 tokens, 8 layers." */
export function pathsSummary(view: PathsView): string {
  const total = Array.from(unpack(view.totalPaths)).reduce((a, b) => a + b, 0);
  return (
    `${view.title}, path graph, ${count(view.kept)} of ${count(total)} paths kept, ` +
    `${counted(view.tokens.length, "token")}, ${counted(view.layers, "layer")}.`
  );
}

function sampleLine({ sample, answer, kept }: PathsView): string {
  const label = sample.label === "" ? "" : ` (${sample.label})`;
  return `sample ${sample.index + 1} of ${sample.of}${label}, answer “${tokenLabel(answer)}”, ${count(kept)} kept paths`;
}

function completeness({ completeness: { modelLogit, pathsLogit, cosine } }: PathsView): string[] {
  if (modelLogit === null || pathsLogit === null) return [];
  const angle = cosine === null ? "" : `, cosine ${plain(cosine, 2)}`;
  return ["", `all paths sum to ${plain(pathsLogit, 2)} of the answer's logit ${plain(modelLogit, 2)}${angle}`];
}

/** Left-aligned columns, as wide as their longest entry. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => [...row[c]].length)));
  return rows.map((row) =>
    row
      .map((cell, c) => cell + " ".repeat(widths[c] - [...cell].length))
      .join("  ")
      .trimEnd(),
  );
}
