/** Words that follow a number in what people read. */

/** A number with what it counts, in the singular or the plural.
 *  @example counted(1, "sample") // "1 sample"
 *  @example counted(2080, "query", "queries") // "2,080 queries" */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;

/** What a number counts, from its plural: samples of 1 are a sample.
 *  @example unitOf(1, "samples x tuples") // "sample x tuple" */
export const unitOf = (n: number, units: string): string => (n === 1 ? units.replace(/s\b/g, "") : units);

/** Of `names` the one that `word` was most likely meant to be: a few letters missing, added, changed or swapped, capitals
 *  set aside; null when none is near.
 *  @example nearest("capitals", ["capital", "language"]) // "capital"
 *  @example nearest("verbs", ["capital", "language"]) // null */
export function nearest(word: string, names: readonly string[]): string | null {
  if (word.length > LONGEST_WORD) return null;
  const far = Math.max(2, Math.floor(word.length / 3));
  const asked = word.toLowerCase();
  let best: { name: string; steps: number } | null = null;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > far) continue;
    const steps = stepsBetween(asked, name.toLowerCase());
    if (steps <= far && steps < word.length && (best === null || steps < best.steps)) best = { name, steps };
  }
  return best?.name ?? null;
}

/** A word longer than that is a text. */
const LONGEST_WORD = 80;

/** Letters to add, drop or change, or neighbours to swap (optimal string alignment). */
function stepsBetween(a: string, b: string): number {
  let [twoAbove, above]: [number[], number[]] = [[], [...Array(b.length + 1).keys()]];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], twoAbove[j - 2] + 1);
    }
    [twoAbove, above] = [above, row];
  }
  return above[b.length];
}
