/** Representations of many prompts at one position, place by place (arXiv:2602.07930, section 5.1).
 *  Prompts are cut behind the position, and pass in batches; of each batch only the position's rows stay. Where the rows
 *  of all places would not fit into memory, places are read in several rounds. */
import type { Forward, Model } from "../forward/types";
import type { F32 } from "../tensor";
import { readPart } from "./geometry-spec";
import { type GeometrySpec, type Place, placesOf, promptsOf } from "./geometry-types";

/** Rows that are kept at once, and what a batch may capture, in bytes. */
const KEPT_BYTES = 512 * 2 ** 20;
const BATCH_BYTES = 64 * 2 ** 20;

/** The rows of a place: [prompts, dModel], prompts in the order of the spec. */
export interface PlaceRows {
  place: Place;
  rows: F32;
}

export interface ReadOptions {
  /** Places that need not be read, from the first. */
  known?: number;
  signal?: AbortSignal;
  /** Share of a round's prompts that are read. */
  onRead?: (share: number) => void;
}

/** Reads every place at the position of every prompt. Ends early, without an error, when the signal is aborted. */
export async function* readGeometry(
  model: Pick<Model, "forwardBatch" | "config">,
  spec: GeometrySpec,
  options: ReadOptions = {},
): AsyncGenerator<PlaceRows> {
  const { known = 0, signal } = options;
  const prompts = promptsOf(spec).prompts.map((prompt) => readPart(spec.position, prompt));
  const all = placesOf(spec);
  const asked = all.slice(known);
  const perRound = Math.max(1, Math.floor(KEPT_BYTES / (4 * prompts.length * model.config.dModel)));
  // Batches as an undisturbed run has them, whatever is known already: streamed weights round by the batch.
  const bytesPerToken = 4 * model.config.dModel * Math.min(perRound, all.length);
  for (let first = 0; first < asked.length; first += perRound) {
    const places = asked.slice(first, first + perRound);
    const kept = await readPlaces(model, prompts, places, { ...options, bytesPerToken });
    for (const [at, place] of places.entries()) {
      if (kept === null || signal?.aborted) return;
      yield { place, rows: { dims: [prompts.length, model.config.dModel], data: kept[at] } };
    }
  }
}

const hookAt = ({ site, layer }: Place): string => `blocks.${layer}.hook_${site}`;

/** The last row of each prompt at each place, [places][prompts, dModel]; null when it was stopped. */
async function readPlaces(
  model: Pick<Model, "forwardBatch" | "config">,
  prompts: readonly (readonly number[])[],
  places: readonly Place[],
  { signal, onRead, bytesPerToken }: ReadOptions & { bytesPerToken: number },
): Promise<Float32Array[] | null> {
  const { dModel } = model.config;
  const capture = places.map(hookAt);
  const kept = places.map(() => new Float32Array(prompts.length * dModel));
  let done = 0;
  for (const batch of batches(prompts, bytesPerToken)) {
    if (signal?.aborted) return null;
    let passes: Forward[];
    try {
      passes = await model.forwardBatch(
        batch.map((i) => prompts[i]),
        { capture, signal },
      );
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
    passes.forEach(({ cache }, b) => {
      capture.forEach((hook, at) => {
        const { data } = cache.get(hook) as F32; // [pos, dModel]
        kept[at].set(data.subarray(data.length - dModel), batch[b] * dModel);
      });
    });
    done += batch.length;
    onRead?.(done / prompts.length);
  }
  return kept;
}

/** Prompts by length, so that those of one length share a pass; a batch captures at most BATCH_BYTES. */
function* batches(prompts: readonly (readonly number[])[], bytesPerToken: number): Generator<number[]> {
  const order = [...prompts.keys()].sort((a, b) => prompts[a].length - prompts[b].length || a - b);
  let batch: number[] = [];
  let bytes = 0;
  for (const i of order) {
    const more = prompts[i].length * bytesPerToken;
    if (batch.length > 0 && bytes + more > BATCH_BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(i);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}
