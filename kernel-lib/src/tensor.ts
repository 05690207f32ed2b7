/** The one tensor shape that crosses our modules: dense, row-major, typed. */
export interface F32 {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
export interface I32 {
  readonly dims: readonly number[];
  readonly data: Int32Array;
}

/** Number of elements of a shape. */
export const size = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);
