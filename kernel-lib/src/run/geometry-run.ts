/** A geometry experiment that is going on, place by place (a place is a site of a layer). */
import { readGeometry } from "../experiment/geometry";
import { geometryWarnings, resolveGeometrySpec } from "../experiment/geometry-spec";
import { type GeometrySpec, placesOf, promptsOf } from "../experiment/geometry-types";
import type { Model } from "../forward/types";
import { GeometryResult } from "../result/geometry";
import { MAX_TEXT, type PlaceGeometry } from "../result/geometry-data";
import { packPlace, unpackPlace } from "../result/geometry-file";
import type { ExperimentOptions } from "./experiment-run";
import { stepsOf } from "./geometry-fit";
import { fitThread } from "./geometry-thread";
import { ItemRun } from "./item-run";
import { tokenTextOf } from "./making";

/** Share of a place's time that goes into reading it, for the progress. */
const READING = 0.5;

/** A run over places of a model; await it for its GeometryResult. */
export class GeometryRun extends ItemRun<PlaceGeometry, GeometryResult> {
  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(model: Model, spec: GeometrySpec, options: ExperimentOptions = {}) {
    const places = placesOf(spec);
    const { prompts } = promptsOf(spec);
    const tokenText = tokenTextOf(model, prompts.flat());
    const texts = prompts.map((prompt) => textOf(model, prompt));
    super(
      model,
      {
        prefix: "geometry",
        spec,
        unit: "places",
        warnings: geometryWarnings(spec, model.config),
        records: {
          count: places.length,
          toJson: packPlace,
          fromJson: (json, index, where) => unpackPlace(where, json, places[index], spec),
        },
        work: (options) => measure(model, spec, options),
        result: (state, found, making) =>
          new GeometryResult({
            schema: "patchbay.result/1",
            kind: "geometry",
            state,
            spec,
            places: found,
            texts,
            tokenText,
            making,
          }),
      },
      { ...options, seed: spec.seed },
    );
  }
}

async function* measure(
  model: Model,
  spec: GeometrySpec,
  { known, signal, onShare }: { known: number; signal: AbortSignal; onShare(share: number): void },
): AsyncGenerator<PlaceGeometry> {
  const steps = stepsOf(spec);
  const onRead = (share: number) => onShare(READING * share);
  const thread = fitThread(spec, signal);
  try {
    for await (const read of readGeometry(model, spec, { known, signal, onRead })) {
      let step = 0;
      const onStep = () => onShare(READING + ((1 - READING) * ++step) / steps);
      const found = await thread.fit(read, onStep);
      if (found === null) return;
      yield found;
    }
  } finally {
    await thread.close();
  }
}

/** What a prompt says, without special tokens; empty without a tokenizer. */
function textOf({ tokenizer }: Model, prompt: readonly number[]): string {
  if (!tokenizer) return "";
  const known = prompt.filter((id) => id < tokenizer.vocabSize);
  const text = tokenizer.decode(known, { skipSpecialTokens: true });
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}

/** Starts a geometry experiment from a spec's JSON.
 *  @throws SpecError before anything runs, when a field is wrong
 *  @example const result = await geometrySpec(model, { schema: "patchbay.spec/1", kind: "geometry", model: model.name, task: "adjectives" }); */
export const geometrySpec = (model: Model, json: unknown, options: ExperimentOptions = {}): GeometryRun =>
  new GeometryRun(model, resolveGeometrySpec(json, model), options);
