/** Which results are compared with which, and that their samples are the same. */
import { ResultError } from "../errors";
import { counted } from "../words";
import type { Result } from "./base";
import type { ComparedPair } from "./compare-types";

/** Two results of one task with their names. */
export interface PairOf<R> extends ComparedPair {
  first: R;
  second: R;
}

/** Each result with each later one of the same task.
 *  @throws ResultError when no two are of one task, or two have the same name and task */
export function pairsOf<R extends Result>(results: readonly R[], names: readonly string[]): PairOf<R>[] {
  const pairs: PairOf<R>[] = [];
  const seen = new Set<string>();
  for (const [j, second] of results.entries()) {
    const key = JSON.stringify([names[j], second.spec.task]);
    if (seen.has(key))
      throw new ResultError({
        thing: "compare()",
        value: names[j],
        rule: "is there twice for the same task",
        wayOut: 'Give each a name of its own: { names: ["plain", "chat"] }',
      });
    seen.add(key);
    for (let i = 0; i < j; i++) {
      const first = results[i];
      if (first.spec.task !== second.spec.task) continue;
      pairs.push({ a: names[i], b: names[j], task: second.spec.task ?? null, first, second });
    }
  }
  if (pairs.length > 0) return pairs;
  throw new ResultError({
    thing: "compare(): tasks",
    value: results.map(({ spec }) => spec.task ?? null),
    rule: "must have at least two results of one task",
  });
}

/** Refuses pairs whose samples are not the same, one by one.
 *  @param of what sample i is: its label, or what stands for it */
export function sameSamples<R extends Result>(pair: PairOf<R>, of: (result: R) => readonly string[]): void {
  const [mine, yours] = [of(pair.first), of(pair.second)];
  const wrong = (value: unknown, rule: string): never => {
    throw new ResultError({
      thing: `compare(): ${pair.b} and ${pair.a}${pair.task === null ? "" : ` at ${pair.task}`}`,
      value,
      rule,
      wayOut: "Run both with the same task and the same n",
    });
  };
  if (mine.length !== yours.length)
    wrong(`${yours.length} and ${counted(mine.length, "sample")}`, "must have the same samples");
  const at = mine.findIndex((sample, i) => sample !== yours[i]);
  if (at >= 0) wrong(`sample ${at}: ${yours[at]} and ${mine[at]}`, "must have the same samples in the same order");
}

/** Refuses pairs that were measured in another way.
 *  @param of what must be the same, by name */
export function sameFacts<R extends Result>(pair: PairOf<R>, of: (result: R) => (readonly [string, unknown])[]): void {
  const [mine, yours] = [of(pair.first), of(pair.second)];
  for (const [i, [name, value]] of mine.entries()) {
    if (yours[i][1] === value) continue;
    throw new ResultError({
      thing: `compare(): ${name} of ${pair.b}`,
      value: yours[i][1],
      rule: `must be ${value}, as that of ${pair.a}`,
    });
  }
}
