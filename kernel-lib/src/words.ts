/** Words that follow a number in what people read. */

/** A number with what it counts, in the singular or the plural.
 *  @example counted(1, "sample") // "1 sample"
 *  @example counted(2080, "query", "queries") // "2,080 queries" */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
