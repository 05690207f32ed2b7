/** What one sample adds to a result whose numbers form a grid. */
export interface GridPart {
  /** By metric: [rows, columns] row-major; NaN is missing. */
  values: Readonly<Record<string, Float64Array>>;
  /** What does not depend on the cell. */
  baselines: Readonly<Record<string, number>>;
  /** Generated texts, [rows, columns]; null where nothing is generated. */
  outputs: readonly (string | null)[] | null;
}

/** Arrays of [cells] numbers, all missing, by name. */
export const emptyCells = <K extends string>(names: readonly K[], cells: number): Record<K, Float64Array> =>
  Object.fromEntries(names.map((name) => [name, new Float64Array(cells).fill(Number.NaN)])) as Record<K, Float64Array>;
