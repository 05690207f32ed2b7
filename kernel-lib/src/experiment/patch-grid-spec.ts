/** `patchbay.spec/1`, kind `patch-grid`: position x layer and head x layer patching as one JSON value, checked before
 *  anything runs. */
import { z } from "zod";
import { counted } from "../words";
import {
  choiceField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  parseFields,
  parseSpec,
  positionField,
  promptField,
  refuse,
  refuseTwice,
  resolveLayers,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import type { PatchGridSample, PatchGridSpec, PatchPlace } from "./patch-grid-types";
import { GRID_SITES, type GridSite } from "./site-rows";
import type { SpecModel } from "./types";

/** Labels of one axis that a view takes. */
const MAX_POSITIONS = 4096;
/** Samples x cells: a dozen float64 arrays of this length are a gigabyte. */
const MAX_CELLS = 10_000_000;

const envelope = z.strictObject({
  ...headFields("patch-grid"),
  by: choiceField("position", "head").default("position"),
  site: choiceField<GridSite>(...GRID_SITES).optional(),
  layers: z.unknown().default("all"),
  positions: z.unknown().optional(),
  samples: listField(MAX_SAMPLES, "samples"),
  task: labelField.optional(),
  against: labelField.optional(),
});

const sampleFields = z.strictObject(
  {
    source: promptField,
    target: promptField,
    answer: tokenField,
    foil: tokenField.optional(),
    label: labelField.optional(),
  },
  { error: "must be an object with source, target and answer" },
);

const placeFields = z.strictObject(
  { target: positionField, source: positionField },
  { error: "must be a position, or an object with target and source" },
);

/** Checks a JSON value against the schema and the model; text becomes ids.
 *  @throws SpecError that names the field, its value, the rule and the way out.
 *  @example resolvePatchGrid(JSON.parse(text), model).positions.length */
export function resolvePatchGrid(json: unknown, model: SpecModel): PatchGridSpec {
  const given = parseSpec(envelope, json);
  const { by, task, against } = given;
  const site = given.site ?? (by === "head" ? "z" : "resid_post");
  if ((by === "head") !== (site === "z"))
    refuse(["site"], site, by === "head" ? 'must be "z" when patching by head' : '"z" is patched by head');
  const layers = given.layers === "all" ? allLayers(model) : resolveLayers(given.layers, ["layers"], model);
  const samples = given.samples.map((entry, i) => resolveSample(entry, ["samples", i], model));
  const positions = resolvePlaces(
    given.positions === undefined ? (by === "head" ? [-1] : "all") : given.positions,
    samples,
  );
  // By position each place has a column of its own; heads are patched at all places together.
  if (by === "head")
    samples.forEach((sample, i) => {
      const inside = placesIn(positions, sample).map(({ column, target }) => {
        return { index: column, position: positions[column].target, place: target };
      });
      refuseTwice(inside, i);
    });
  const columns = by === "head" ? model.config.nHeads : positions.length;
  if (samples.length * layers.length * columns > MAX_CELLS)
    refuse(
      ["samples"],
      `${counted(samples.length, "sample")} x ${counted(layers.length, "layer")} x ${columns} columns`,
      `must be at most ${MAX_CELLS} together`,
      "Split the spec",
    );
  return {
    schema: SPEC_SCHEMA,
    kind: "patch-grid",
    model: given.model,
    by,
    site,
    layers,
    positions,
    samples,
    ...(task === undefined ? {} : { task }),
    ...(against === undefined ? {} : { against }),
  };
}

/** Every layer of the model, from the lowest. */
export const allLayers = ({ config }: SpecModel): number[] =>
  Array.from({ length: config.nLayers }, (_, layer) => layer);

function resolveSample(entry: unknown, path: Path, model: SpecModel): PatchGridSample {
  const { source, target, answer, foil, label } = parseFields(sampleFields, entry, path);
  return {
    source: resolvePrompt(source, [...path, "source"], model),
    target: resolvePrompt(target, [...path, "target"], model),
    answer: resolveToken(answer, [...path, "answer"], model),
    ...(foil === undefined ? {} : { foil: resolveToken(foil, [...path, "foil"], model) }),
    ...(label === undefined ? {} : { label }),
  };
}

/** `all`: every position of the target that the source has too, counted from the end, or from the front where all
 *  prompts are of one length. A place that a sample is too short for is missing in that sample. */
function resolvePlaces(given: unknown, samples: readonly PatchGridSample[]): PatchPlace[] {
  const shared = samples.map(({ source, target }) => Math.min(source.length, target.length));
  const most = Math.max(...shared);
  if (given === "all") {
    if (most > MAX_POSITIONS) refuse(["positions"], `${most} positions`, `must be at most ${MAX_POSITIONS}`);
    const equal = samples.every(({ source, target }) => source.length === most && target.length === most);
    return Array.from({ length: most }, (_, i) => {
      const place = equal ? i : i - most;
      return { target: place, source: place };
    });
  }
  if (!Array.isArray(given)) refuse(["positions"], given, 'must be "all" or a list of positions');
  const places = parseFields(listField(MAX_POSITIONS, "positions"), given, ["positions"]).map((entry, i) => {
    const path = ["positions", i];
    const place = Number.isSafeInteger(entry)
      ? { target: entry as number, source: entry as number }
      : parseFields(placeFields, entry, path);
    if (!samples.some((sample) => placesIn([place], sample).length > 0))
      refuse(path, given[i], "must lie in the prompts of at least one sample");
    return place;
  });
  const twice = places.findIndex(({ target }, i) => places.findIndex((other) => other.target === target) < i);
  if (twice >= 0) refuse(["positions", twice], places[twice].target, "stands twice", "Take one of them out");
  return places;
}

/** The places that a sample's prompts have, counted from the front, with their columns.
 *  @example placesIn([{ target: -1, source: -1 }], sample)[0].target // target.length - 1 */
export function placesIn(
  places: readonly PatchPlace[],
  { source, target }: Pick<PatchGridSample, "source" | "target">,
): { column: number; target: number; source: number }[] {
  const plain = (position: number, length: number) => (position < 0 ? position + length : position);
  return places.flatMap((place, column) => {
    const at = { column, target: plain(place.target, target.length), source: plain(place.source, source.length) };
    const inside = at.target >= 0 && at.target < target.length && at.source >= 0 && at.source < source.length;
    return inside ? [at] : [];
  });
}
