/** Which sets of layers are patched, and what they share.
 *  A tuple is an ascending list of layers: (2, 1) is the same intervention as (1, 2). Tuples that begin alike
 *  share their work up to the layer where they part, so they are kept as a trie: branch {0} runs from layer 1
 *  up, and {0, 3} leaves it after layer 3. */

/** How many tuples of each of `sizes` there are over `nLayers` layers, without listing them.
 *  @example countTuples(16, [1, 2]) // 136 */
export function countTuples(nLayers: number, sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + binomial(nLayers, size), 0);
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return k > n ? 0 : Math.round(value);
}

/** All tuples of the given sizes, sizes in ascending order, each size in lexicographic order.
 *  @example listTuples(3, [1, 2]) // [[0], [1], [2], [0, 1], [0, 2], [1, 2]] */
export function listTuples(nLayers: number, sizes: readonly number[]): number[][] {
  const ascending = [...new Set(sizes)].sort((a, b) => a - b);
  return ascending.flatMap((size) => [...combinations(nLayers, size)]);
}

function* combinations(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else
    for (let first = from; first <= n - size; first++)
      for (const rest of combinations(n, size - 1, first + 1)) yield [first, ...rest];
}

/** One set of layers patched so far. */
export interface Branch {
  /** Ascending; the last one is where this branch leaves its parent. */
  readonly layers: readonly number[];
  readonly last: number;
  /** null: it leaves the run that nothing is patched in. */
  readonly parent: Branch | null;
  /** Last layer that this branch must pass through: the top when it is itself asked for, else the layer
   *  at which its last child leaves it. */
  until: number;
  /** Index of the tuple that ends here, or -1 when it is only on the way to others. */
  tuple: number;
}

/** The trie of `tuples` (each ascending), parents before children.
 *  @example tupleTrie([[0], [0, 3]], 8).map((b) => [b.last, b.until]) // [[0, 7], [3, 7]] */
export function tupleTrie(tuples: readonly (readonly number[])[], nLayers: number): Branch[] {
  const branches = new Map<string, Branch>();
  tuples.forEach((layers, tuple) => {
    let parent: Branch | null = null;
    for (let size = 1; size <= layers.length; size++) {
      const path = layers.slice(0, size);
      const key = path.join("+");
      let branch = branches.get(key);
      if (!branch) {
        branch = { layers: path, last: path[size - 1], parent, until: path[size - 1], tuple: -1 };
        branches.set(key, branch);
      }
      if (parent) parent.until = Math.max(parent.until, branch.last);
      parent = branch;
    }
    if (parent) {
      parent.tuple = tuple;
      parent.until = nLayers - 1;
    }
  });
  return [...branches.values()];
}
