/** Changes rows of a hook that lies between stages: embeddings, resid_pre, resid_post. The same three kinds as
 *  inside a block's graph. */
import type { Edit } from "./types";

/** [units, width] with the edits of `hook` made, in order; the argument itself when there are none. */
export function changeRows(
  x: Float32Array,
  { edits, hook, width }: { edits: readonly Edit[]; hook: string; width: number },
): Float32Array {
  const mine = edits.filter((edit) => edit.hook === hook);
  if (mine.length === 0) return x;
  const out = x.slice();
  for (const edit of mine) changeInto(out, edit, width);
  return out;
}

function changeInto(out: Float32Array, { kind, units, values }: Edit, width: number): void {
  units.forEach((unit, i) => {
    const row = out.subarray(unit * width, (unit + 1) * width);
    const given = values.subarray(i * width, (i + 1) * width);
    if (kind === "set") row.set(given);
    else if (kind === "add") for (let j = 0; j < width; j++) row[j] += given[j];
    else {
      let along = 0;
      for (let j = 0; j < width; j++) along += row[j] * given[j];
      for (let j = 0; j < width; j++) row[j] -= along * given[j];
    }
  });
}
