/** Differences between two geometries of the same prompts: place by place, whose probe tells more held-out prompts
 *  right. Both hold out the same prompts in the same folds. Answers are taken as independent, which those of one fold,
 *  given by one probe, are not quite. Axes of LDA and PCA belong to their own model and are not compared. */
import { ResultError } from "../errors";
import { promptsOf } from "../experiment/geometry-types";
import { holm } from "../stats/adjust";
import { pairedShares } from "../stats/paired";
import { type PairOf, sameFacts, sameSamples } from "./compare-pairs";
import type { ProbeDifference } from "./compare-types";
import type { GeometryResult } from "./geometry";

/** One row for each pair and place that both have finished, corrected over all of them.
 *  @throws ResultError when one has no probe, or prompts or groups differ */
export function probeDifferences(pairs: readonly PairOf<GeometryResult>[]): ProbeDifference[] {
  const rows = pairs.flatMap(({ first, second, ...pair }) => {
    for (const [name, { spec }] of [[pair.a, first] as const, [pair.b, second] as const])
      if (!spec.methods.includes("probe"))
        throw new ResultError({
          thing: `compare(): methods of ${name}`,
          value: spec.methods,
          rule: "must have the probe: its held-out answers are what can be compared prompt by prompt",
          wayOut: 'Run it again with { methods: ["lda", "probe"] }',
        });
    sameFacts({ first, second, ...pair }, ({ spec }) => [
      ["groups", spec.groups.map(({ label }) => label).join(", ")],
      ["position", spec.position],
    ]);
    sameSamples({ first, second, ...pair }, promptNames);
    const { labels } = promptsOf(first.data.spec);
    const places = first.data.places.filter(({ site, layer }) =>
      second.data.places.some((other) => other.site === site && other.layer === layer),
    );
    if (places.length === 0)
      throw new ResultError({ thing: `compare(): ${pair.b} and ${pair.a}`, rule: "must have a place in common" });
    return places.map(({ site, layer, probe }) => {
      const other = second.at({ site, layer }).probe;
      const counts = { both: 0, first: 0, second: 0, neither: 0 };
      labels.forEach((label, i) => {
        const [mine, yours] = [probe?.predicted[i] === label, other?.predicted[i] === label];
        counts[mine ? (yours ? "both" : "first") : yours ? "second" : "neither"]++;
      });
      return { ...pair, site, layer, counts: pairedShares(counts) };
    });
  });
  const adjusted = holm(rows.map(({ counts }) => counts?.mcnemar ?? null));
  return rows.map((row, i) => ({ ...row, holm: adjusted[i] }));
}

/** What each prompt says; its ids where there is no tokenizer to say it. */
const promptNames = ({ data }: GeometryResult): string[] =>
  promptsOf(data.spec).prompts.map((prompt, i) => data.texts[i] || prompt.join(" "));
