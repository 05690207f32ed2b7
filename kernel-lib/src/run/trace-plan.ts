/** What a path trace costs, said before it runs. */
import type { PathTraceSpec } from "../experiment/trace-types";
import { counted } from "../words";

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
    `path trace: ${counted(samples.length, "sample")}, top-${topK} attention, answer rank <= ${n(maxRank)}`,
    `paths: ${n(total)} in all, at most ${n(most)} in a sample`,
    `block applications on the plain trie: ${n(blocks)}`,
  ];
  if (over > 0) {
    const samples = counted(over, "sample has", "samples have");
    lines.push(`${samples} more paths than the budget of ${n(budget)} and would be refused`);
  }
  return { text: lines.join("\n"), json: { samples, total, budget } };
}
