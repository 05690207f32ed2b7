/** An intervention is a JSON value: printable, saveable, checked in full before anything runs. */

export type Op = "patch" | "zero" | "mean" | "steer" | "project";

/** A vector or rows given inline, or taken from another run of the same model. */
export type Source =
  | { values: readonly number[] }
  /** The hook's row(s) at `positions` of a run on `tokens`. */
  | { tokens: readonly number[]; positions: readonly number[] };

/** One change to the model while it runs, as a value that can be printed and saved. */
export interface Intervention {
  /** Full hook name, `blocks.3.hook_resid_post`. */
  hook: string;
  /** Positions in the target; negative counts from the end. */
  positions: readonly number[];
  /** Only for hooks with a head axis. */
  heads?: readonly number[];
  op: Op;
  /** What `patch` writes, `mean` averages, `steer` adds, `project` removes; none for `zero`. */
  source?: Source;
  /** For `steer`: the factor. */
  scale?: number;
}
