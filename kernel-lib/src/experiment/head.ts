/** From last rows to measurements, through the streaming head: no [rows, vocab] array reaches us. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { joined } from "./lines";
import type { PassValues, StageLimits } from "./pass";
import type { Measure } from "./types";

/** The last position of one run. */
export interface MeasuredRow {
  role: "target" | "reference" | "patched";
  answer: number;
  /** resid_post of the last layer, [dModel]. */
  x: Float32Array;
  /** Rows of one sample with the same object here hold the same numbers and are measured once. */
  same: object;
}

interface Wanted {
  x: Float32Array;
  answer: number;
  /** Index of the sample whose target the KL divergence is taken from; -1 for none. */
  target: number;
}

/** Measures the rows of each sample, its target first; yields FLOPs after each call.
 *  A row that is the target's own has its numbers and a divergence of 0. */
export async function* measure(
  stages: Stages,
  config: ModelConfig,
  samples: readonly (readonly MeasuredRow[])[],
  limits: StageLimits,
): AsyncGenerator<number, PassValues> {
  const wanted: Wanted[] = [];
  const slots = samples.map((rows, sample) => {
    const known = new Map<object, number>();
    return rows.map(({ role, answer, x, same }) => {
      let slot = known.get(same);
      if (slot === undefined) {
        slot = wanted.length;
        known.set(same, slot);
        wanted.push({ x, answer, target: role === "patched" ? sample : -1 });
      }
      return slot;
    });
  });
  const targets = slots.map(([target]) => wanted[target].x);

  const measured: (Measure & { kl: number })[] = [];
  for (let from = 0; from < wanted.length; from += limits.rowsPerHeadCall) {
    limits.signal?.throwIfAborted();
    const rows = wanted.slice(from, from + limits.rowsPerHeadCall);
    measured.push(...(await runHead(stages, config.dModel, rows, targets)));
    yield rows.length * limits.flopsPerHeadRow;
  }
  return gather(samples, slots, measured);
}

async function runHead(
  stages: Stages,
  dModel: number,
  rows: readonly Wanted[],
  targets: readonly Float32Array[],
): Promise<(Measure & { kl: number })[]> {
  // Rows without a divergence are compared with the first target, and the answer is not read.
  const used = [...new Set(rows.map(({ target }) => Math.max(target, 0)))];
  const place = new Map(used.map((target, index) => [target, index]));
  const { answerLogit, rank, logSumExp, kl } = await stages.head({
    x: { dims: [rows.length, dModel], data: joined(rows.map(({ x }) => x)) },
    answers: Int32Array.from(rows, ({ answer }) => answer),
    klTarget: {
      x: { dims: [used.length, dModel], data: joined(used.map((target) => targets[target])) },
      of: Int32Array.from(rows, ({ target }) => place.get(Math.max(target, 0)) as number),
    },
  });
  return rows.map(({ target }, row) => ({
    logit: answerLogit[row],
    rank: rank[row],
    logprob: answerLogit[row] - logSumExp[row],
    kl: target < 0 ? 0 : (kl as Float32Array)[row],
  }));
}

function gather(
  samples: readonly (readonly MeasuredRow[])[],
  slots: readonly (readonly number[])[],
  measured: readonly (Measure & { kl: number })[],
): PassValues {
  const width = samples[0].filter(({ role }) => role === "patched").length;
  const cells = () => new Float64Array(samples.length * width);
  const values: PassValues = {
    logit: cells(),
    rank: cells(),
    logprob: cells(),
    kl: cells(),
    target: [],
    reference: [],
  };
  const plain = ({ logit, rank, logprob }: Measure): Measure => ({ logit, rank, logprob });
  samples.forEach((rows, sample) => {
    let cell = sample * width;
    values.reference.push(null);
    rows.forEach(({ role }, i) => {
      const row = measured[slots[sample][i]];
      if (role === "target") values.target.push(plain(row));
      else if (role === "reference") values.reference[sample] = plain(row);
      else {
        values.logit[cell] = row.logit;
        values.rank[cell] = row.rank;
        values.logprob[cell] = row.logprob;
        values.kl[cell] = row.kl;
        cell++;
      }
    });
  });
  return values;
}
