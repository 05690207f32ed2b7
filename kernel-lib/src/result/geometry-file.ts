/** A geometry experiment as one file, `*.patchbay.json`: JSON whose arrays are packed. What is read is not trusted until
 *  every size, range and shape was checked. Reading gives back each number bit for bit. */
import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import {
  GEOMETRY_METHODS,
  type GeometryMethod,
  type GeometrySpec,
  type Place,
  placesOf,
} from "../experiment/geometry-types";
import type { Site } from "../experiment/types";
import { list, oneOf, record, refuse, text, whole } from "./fields";
import { checkMaking, checkTokenText } from "./file-checks";
import { GeometryResult } from "./geometry";
import { type GeometryData, KEPT_AXES, MAX_TEXT, type PlaceGeometry, type Projection, pairsOf } from "./geometry-data";
import { pack, unpack } from "./pack";
import type { Making } from "./types";

const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 8;
const MAX_GROUPS = 64;
const MAX_PROMPTS = 20_000;
const MAX_TOKENS = 1_000_000;
const STATES = ["done", "stopped", "partial"] as const;
const SITES: readonly Site[] = ["resid_post", "attn_out", "mlp_out"];

/** The text of a geometry's file.
 *  @example writeFileSync("geometry.patchbay.json", serializeGeometry(result)) */
export function serializeGeometry({ data }: GeometryResult): string {
  const { schema, kind, state, spec, making, tokenText, texts } = data;
  const places = data.places.map(packPlace);
  return `${JSON.stringify({ schema, kind, state, spec, making, tokenText, texts, places })}\n`;
}

/** The geometry that a file holds.
 *  @throws ResultError that names the field, its value, the rule and the way out
 *  @example parseGeometry(readFileSync("geometry.patchbay.json")).table("accuracy") */
export function parseGeometry(file: string | Uint8Array, name = "result"): GeometryResult {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const fields = record(name, parseJson(bytes, limits));
  const schema = oneOf("schema", fields.schema, ["patchbay.result/1"]);
  const kind = oneOf("kind", fields.kind, ["geometry"]);
  const state = oneOf("state", fields.state, STATES);
  const making = checkMaking(fields.making);
  const spec = checkSpec(fields.spec, making.model);
  const asked = placesOf(spec);
  const found = list("places", fields.places, asked.length);
  if (state === "done" && found.length !== asked.length)
    refuse("places", found, `must be the ${asked.length} places of the spec, since the state is done`);
  const prompts = countOf(spec);
  const texts = list("texts", fields.texts, prompts);
  if (texts.length !== prompts) refuse("texts", texts, `must be ${prompts} texts, one for each prompt`);
  const data: GeometryData = {
    schema,
    kind,
    state,
    spec,
    places: found.map((entry, i) => unpackPlace(`places[${i}]`, entry, asked[i], spec)),
    texts: texts.map((entry, i) => text(`texts[${i}]`, entry, MAX_TEXT)),
    tokenText: checkTokenText(fields.tokenText, making.model.vocab),
    making,
  };
  return new GeometryResult(data);
}

const countOf = ({ groups }: GeometrySpec): number => groups.reduce((n, { prompts }) => n + prompts.length, 0);

/** A place as JSON, its arrays packed. */
export function packPlace({ site, layer, lda, pca, probe, separation }: PlaceGeometry): Record<string, unknown> {
  const projection = (found: Projection | null) =>
    found && {
      ratios: found.ratios,
      // A shape of no axes holds no numbers, however many prompts there are.
      coordinates: pack(found.coordinates, [found.axes === 0 ? 0 : found.coordinates.length / found.axes, found.axes]),
    };
  return {
    site,
    layer,
    lda: projection(lda),
    pca: projection(pca),
    probe: probe && { predicted: pack(probe.predicted), control: pack(probe.control) },
    separation: separation && { cohenD: pack(separation.cohenD), auc: pack(separation.auc) },
  };
}

/** What `packPlace` made, checked; `at` names it in messages.
 *  @throws ResultError */
export function unpackPlace(at: string, value: unknown, { site, layer }: Place, spec: GeometrySpec): PlaceGeometry {
  const fields = record(at, value);
  oneOf(`${at}.site`, fields.site, [site]);
  whole(`${at}.layer`, fields.layer, layer, layer);
  const prompts = countOf(spec);
  const groups = spec.groups.length;
  const asked = (method: GeometryMethod) => {
    const isAsked = spec.methods.includes(method);
    if (isAsked !== (fields[method] !== null))
      refuse(`${at}.${method}`, fields[method], isAsked ? "must be there, as the spec says" : "must be null");
    return isAsked;
  };
  return {
    site,
    layer,
    lda: asked("lda") ? checkProjection(`${at}.lda`, fields.lda, prompts, KEPT_AXES.lda) : null,
    pca: asked("pca") ? checkProjection(`${at}.pca`, fields.pca, prompts, KEPT_AXES.pca) : null,
    probe: asked("probe") ? checkProbe(`${at}.probe`, fields.probe, prompts, groups) : null,
    separation:
      fields.separation === null ? null : checkSeparation(`${at}.separation`, fields.separation, pairsOf(spec).length),
  };
}

function checkSpec(value: unknown, { nLayers, vocab }: Making["model"]): GeometrySpec {
  const spec = record("spec", value);
  oneOf("spec.schema", spec.schema, ["patchbay.spec/1"]);
  oneOf("spec.kind", spec.kind, ["geometry"]);
  text("spec.model", spec.model, 4096);
  if (spec.task !== undefined) text("spec.task", spec.task, 4096);
  const position = whole("spec.position", spec.position, -MAX_TOKENS, MAX_TOKENS);
  whole("spec.seed", spec.seed, 0, 2 ** 32 - 1);
  words("spec.sites", spec.sites, SITES);
  words("spec.methods", spec.methods, GEOMETRY_METHODS);
  list("spec.layers", spec.layers, nLayers).forEach((layer, i, all) => {
    whole(`spec.layers[${i}]`, layer, i === 0 ? 0 : (all[i - 1] as number) + 1, nLayers - 1);
  });
  const labels = list("spec.groups", spec.groups, MAX_GROUPS).map((entry, k) =>
    checkGroup(`spec.groups[${k}]`, entry, position, vocab),
  );
  if (labels.length === 0) refuse("spec.groups", labels, "must hold at least one group");
  if (new Set(labels).size !== labels.length) refuse("spec.groups", labels, "must have labels that differ");
  const checked = spec as unknown as GeometrySpec;
  if (countOf(checked) > MAX_PROMPTS)
    refuse("spec.groups", `${countOf(checked)} prompts`, `must hold at most ${MAX_PROMPTS} together`);
  return checked;
}

function checkGroup(at: string, entry: unknown, position: number, vocab: number): string {
  const group = record(at, entry);
  if (group.family !== undefined) text(`${at}.family`, group.family);
  const prompts = list(`${at}.prompts`, group.prompts, MAX_PROMPTS);
  if (prompts.length === 0) refuse(`${at}.prompts`, prompts, "must hold at least one prompt");
  prompts.forEach((prompt, i) => {
    const tokens = list(`${at}.prompts[${i}]`, prompt, MAX_TOKENS);
    if (position < -tokens.length || position >= tokens.length)
      refuse(`${at}.prompts[${i}]`, tokens, `must be long enough for position ${position}`);
    tokens.forEach((id, t) => {
      whole(`${at}.prompts[${i}][${t}]`, id, 0, vocab - 1);
    });
  });
  return text(`${at}.label`, group.label);
}

/** Some of a few words, each once. */
function words(at: string, value: unknown, choices: readonly string[]): void {
  const found = list(at, value, choices.length).map((word, i) => oneOf(`${at}[${i}]`, word as string, choices));
  if (found.length === 0 || new Set(found).size !== found.length)
    refuse(at, found, "must hold at least one entry, and each once");
}

function checkProjection(at: string, value: unknown, prompts: number, mostAxes: number): Projection {
  const fields = record(at, value);
  const { data, shape } = doubles(`${at}.coordinates`, fields.coordinates);
  const axes = shape[1] ?? -1;
  if (shape.length !== 2 || axes > mostAxes || shape[0] !== (axes === 0 ? 0 : prompts))
    refuse(`${at}.coordinates.shape`, shape.join(" x "), `must be ${prompts} prompts x at most ${mostAxes} axes`);
  const wrong = data.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) refuse(`${at}.coordinates[${wrong}]`, String(data[wrong]), "must be a finite number");
  const ratios = list(`${at}.ratios`, fields.ratios, MAX_GROUPS).map((share, i) =>
    // With room for the rounding of a sum.
    typeof share === "number" && share >= 0 && share <= 1 + 1e-9
      ? share
      : refuse(`${at}.ratios[${i}]`, share ?? "missing", "must be a share from 0 to 1"),
  );
  if (ratios.length < axes) refuse(`${at}.ratios`, ratios, `must tell of all ${axes} axes`);
  return { axes, coordinates: data, ratios };
}

function checkProbe(at: string, value: unknown, prompts: number, groups: number): PlaceGeometry["probe"] {
  const fields = record(at, value);
  const answers = (name: string): Int32Array => {
    const found = unpack(fields[name], `${at}.${name}`);
    if (!(found instanceof Int32Array)) refuse(`${at}.${name}.dtype`, "other", "must be int32");
    if (found.length !== prompts) refuse(`${at}.${name}`, `${found.length} numbers`, `must be ${prompts} groups`);
    found.forEach((group, i) => {
      whole(`${at}.${name}[${i}]`, group, 0, groups - 1);
    });
    return found as Int32Array;
  };
  return { predicted: answers("predicted"), control: answers("control") };
}

function checkSeparation(at: string, value: unknown, pairs: number): NonNullable<PlaceGeometry["separation"]> {
  const fields = record(at, value);
  const numbers = (name: string): Float64Array => {
    const { data } = doubles(`${at}.${name}`, fields[name]);
    if (data.length !== pairs) refuse(`${at}.${name}`, `${data.length} numbers`, `must be ${pairs} pairs`);
    return data;
  };
  const [cohenD, auc] = [numbers("cohenD"), numbers("auc")];
  auc.forEach((share, i) => {
    if (!(share >= 0 && share <= 1)) refuse(`${at}.auc[${i}]`, String(share), "must be a share from 0 to 1");
  });
  const infinite = cohenD.findIndex((d) => Math.abs(d) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) refuse(`${at}.cohenD[${infinite}]`, String(cohenD[infinite]), "must be a finite number or NaN");
  return { cohenD, auc };
}

function doubles(at: string, value: unknown): { data: Float64Array; shape: readonly number[] } {
  const data = unpack(value, at);
  if (!(data instanceof Float64Array)) refuse(`${at}.dtype`, "other", "must be float64");
  return { data: data as Float64Array, shape: (value as { shape: readonly number[] }).shape };
}
