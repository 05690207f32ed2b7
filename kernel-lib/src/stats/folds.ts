/** Stratified folds exactly as scikit-learn's StratifiedKFold deals them without shuffling: each fold gets its share
 *  of every class, and a class's samples go to the folds in blocks, in their order. So prompts that were listed side
 *  by side, which are often alike, are held out together. */

/** The fold in which each sample is held out, [n].
 *  @throws RangeError when every class has fewer samples than there are folds
 *  @example stratifiedFolds([0, 0, 1, 1], 2) // Int32Array [0, 1, 0, 1] */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number): Int32Array {
  const n = labels.length;
  // Classes are counted in the order in which they first appear.
  const seen = new Map<number, number>();
  const codes = Array.from(labels, (label) => {
    if (!seen.has(label)) seen.set(label, seen.size);
    return seen.get(label) as number;
  });
  const counts = new Array<number>(seen.size).fill(0);
  for (const code of codes) counts[code]++;
  if (counts.every((count) => count < folds))
    throw new RangeError(`${folds} folds are more than any class has samples (${Math.max(0, ...counts)} at most)`);
  const sorted = [...codes].sort((a, b) => a - b);
  const share = Array.from({ length: folds }, () => new Array<number>(counts.length).fill(0));
  for (let i = 0; i < n; i++) share[i % folds][sorted[i]]++;
  const queues = counts.map((_, k) => share.flatMap((row, fold) => new Array<number>(row[k]).fill(fold)));
  const next = counts.map(() => 0);
  return Int32Array.from(codes, (code) => queues[code][next[code]++]);
}
