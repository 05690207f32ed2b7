/** What a path trace costs, said before it runs. */
import type { PathTraceSpec } from "../experiment/trace-types";

/** Counts of paths as text and as a JSON value. */
export function tracePlanText(
  { topK, maxRank, budget }: PathTraceSpec,
  samples: readonly { paths: number; blocks: number }[],
): { text: string; json: unknown } {
  const n = (value: number) => value.toLocaleString("en");
  const total = samples.reduce((sum, { paths }) => sum + paths, 0);
  const most = samples.reduce((max, { paths }) => Math.max(max, paths), 0);
  const blocks = samples.reduce((sum, sample) => sum + sample.blocks, 0);
  const over = samples.filter(({ paths }) => paths > budget).length;
  const lines = [
    `path trace: ${samples.length} samples, top-${topK} attention, answer rank <= ${n(maxRank)}`,
    `paths: ${n(total)} in all, at most ${n(most)} in a sample`,
    `block applications on the plain trie: ${n(blocks)}`,
  ];
  if (over > 0) lines.push(`${over} samples have more paths than the budget of ${n(budget)}: they would be refused`);
  return { text: lines.join("\n"), json: { samples, total, budget } };
}
