/** From geometry results to the scatter that shows them: one result, or several of the same prompts at other sites. */
import { ResultError } from "../errors";
import { promptsOf } from "../experiment/geometry-types";
import { type GeometryData, type Projection, scoresOf } from "../result/geometry-data";
import { pack } from "../result/pack";
import { count, plain } from "./format";
import { axesOf, coordinatesOf, frameOf, probeOf } from "./scatter-frame";
import type { FrameKey, ScatterFrame, ScatterMethod, ScatterProbe, ScatterView } from "./scatter-types";
import { promptText } from "./scatter-words";
import type { RunStatus, ViewState } from "./types";

export interface ScatterViewOptions {
  /** Updates of one display carry the same id. */
  id: string;
  state?: ViewState;
  run?: RunStatus | null;
  error?: ScatterView["error"];
  resultHash?: string;
}

/** Axes that one can choose between, and how many numbers a view may hold for that (16 MB). */
const MOST_AXES = 6;
const MOST_NUMBERS = 4_000_000;
/** Letters of a prompt that a view keeps. */
const MOST_LETTERS = 2000;

/** The scatter of a geometry result.
 *  The sign of an axis says nothing; here each layer's axes are turned so that they agree with the layer before, so
 *  that points which move between layers have really moved.
 *  @throws ResultError when it has neither lda nor pca
 *  @example scatterViewOf(result.data, { id: "v1" }).frames.length */
export function scatterViewOf(data: GeometryData, options: ScatterViewOptions): ScatterView {
  const { spec, making, places } = data;
  const methods = spec.methods.filter((method): method is ScatterMethod => method !== "probe");
  if (methods.length === 0)
    throw new ResultError({
      thing: "geometry: methods",
      value: spec.methods,
      rule: "must hold lda or pca to be drawn; the probe alone has no axes",
    });
  const { prompts, labels } = promptsOf(spec);
  const frames = framesOf(data, methods, prompts.length);
  const stage = (/(?:^|[/_-])(base|sft|dpo)$/i.exec(making.model.name)?.[1].toLowerCase() ??
    null) as ScatterView["model"]["stage"];
  const title =
    spec.task === undefined ? `Geometry of ${spec.groups.length} groups of prompts` : `Geometry: ${spec.task}`;
  const view: ScatterView = {
    schema: "patchbay.view/1",
    kind: "scatter",
    id: options.id,
    state: options.state ?? (data.state === "partial" && places.length === 0 ? "loading" : data.state),
    run: options.run ?? null,
    error: options.error ?? null,
    title,
    model: { name: making.model.name, stage, fingerprint: making.model.fingerprint },
    device: `${making.provider.device} · ${making.provider.precision}`,
    warnings: making.warnings,
    code: codeOf(data),
    caption: "",
    hashes: { spec: making.specHash, result: options.resultHash ?? "" },
    classes: spec.groups.map(({ label, family }) => ({ label: promptText(label, 60), family: family ?? null })),
    classOf: pack(labels),
    prompts: prompts.map((_, i) => (data.texts[i] ?? "").slice(0, MOST_LETTERS)),
    position: spec.position,
    sites: spec.sites,
    methods,
    layers: spec.layers,
    modelLayers: making.model.nLayers,
    frames,
    probes: places.flatMap((place): ScatterProbe[] => {
      const scores = scoresOf(spec, place);
      if (scores === null) return [];
      const { probe, control, chance } = scores;
      const { site, layer } = place;
      return [
        {
          site,
          layer,
          accuracy: probe.accuracy,
          low: probe.ci[0],
          high: probe.ci[1],
          control: control.accuracy,
          chance,
        },
      ];
    }),
    shown: { site: spec.sites[0], method: methods[0], layer: spec.layers[0] },
  };
  const shown = shownFirst(view);
  return { ...view, shown, caption: captionOf({ ...view, shown }) };
}

/** While a run goes on the first layer stays, so that nothing jumps; then the first of the layers that are told apart
 *  best. */
function shownFirst(view: ScatterView): FrameKey {
  const { site, method } = view.shown;
  const drawn = view.layers.filter((layer) => frameOf(view, { site, method, layer }) !== null);
  const layer = drawn[0] ?? view.layers[0];
  if (view.state !== "done" && view.state !== "stopped") return { site, method, layer };
  const score = (l: number) => probeOf(view, { site, layer: l })?.accuracy ?? 0;
  return { site, method, layer: drawn.reduce((best, l) => (score(l) > score(best) ? l : best), layer) };
}

function framesOf({ places, spec }: GeometryData, methods: readonly ScatterMethod[], points: number): ScatterFrame[] {
  const total = spec.layers.length * spec.sites.length * methods.length;
  const most = Math.max(2, Math.min(MOST_AXES, Math.floor(MOST_NUMBERS / (total * points))));
  return spec.sites.flatMap((site) =>
    methods.flatMap((method) => {
      let before: Float32Array | null = null;
      return places.flatMap((place): ScatterFrame[] => {
        const found = place.site === site ? place[method] : null;
        if (found === null || found.axes === 0) return [];
        const axes = Math.min(most, found.axes);
        const kept = turned(found, points, axes, before);
        before = kept;
        return [
          { site, layer: place.layer, method, points: pack(kept, [points, axes]), ratios: found.ratios.map(share) },
        ];
      });
    }),
  );
}

/** A sum of shares may round to a hair above 1, and a share of nothing is not a number. */
const share = (ratio: number): number => (Number.isFinite(ratio) ? Math.min(1, Math.max(0, ratio)) : 0);

/** The first axes, [points, axes], each with the sign by which it agrees with `before`. */
function turned({ coordinates, axes: width }: Projection, points: number, axes: number, before: Float32Array | null) {
  const kept = new Float32Array(points * axes);
  for (let axis = 0; axis < axes; axis++) {
    let agreement = 0;
    if (before?.length === kept.length)
      for (let i = 0; i < points; i++) agreement += before[i * axes + axis] * coordinates[i * width + axis];
    const sign = agreement < 0 ? -1 : 1;
    for (let i = 0; i < points; i++) kept[i * axes + axis] = sign * coordinates[i * width + axis];
  }
  return kept;
}

const NAMES = { lda: "Linear discriminants", pca: "Principal components" } as const;

/** What the picture shows, how much the axes hold, how well a probe tells the classes apart, and of what model. */
function captionOf(view: ScatterView): string {
  const { shown, classes, prompts } = view;
  const frame = frameOf(view, shown);
  const percent = (ratio: number) => `${plain(100 * ratio, 0)} %`;
  const held =
    frame === null || frame.ratios.length < 2
      ? ""
      : ` The two axes hold ${percent(frame.ratios[0])} and ${percent(frame.ratios[1])} of the ` +
        `${shown.method === "lda" ? "between-class variance" : "variance"}.`;
  const probe = probeOf(view, shown);
  const told =
    probe === null
      ? ""
      : ` A linear probe tells the classes apart with accuracy ${plain(probe.accuracy, 2)} ` +
        `[${plain(probe.low, 2)}, ${plain(probe.high, 2)}] (cross-validated, 95 % Wilson interval, n = ${count(prompts.length)}); ` +
        `with shuffled labels ${plain(probe.control, 2)}, chance ${plain(probe.chance, 2)}.`;
  const where = view.position === -1 ? "last token" : `position ${view.position}`;
  const hash = view.model.fingerprint.replace(/^sha256:/, "").slice(0, 12);
  const state = view.state === "done" ? "" : " The run is not complete: some layers are missing.";
  return (
    `${NAMES[shown.method]} of ${shown.site} at layer ${shown.layer}, ${where} of n = ${count(prompts.length)} prompts in ` +
    `${classes.length} classes. Crosses: class means; ellipses: two standard deviations.${held}${told} ` +
    `${view.model.name}, sha256 ${hash}…, ${view.device}.${state}`
  );
}

/** A spec longer than this is named, not written out. */
const MAX_SPEC = 4000;

/** By its tasks where it has them; else by its spec. */
function codeOf({ spec, making }: GeometryData): string {
  const head = 'import * as pb from "patchbay";';
  const names = spec.task?.split(", ") ?? [];
  // "own task", "12 tasks": titles that name nothing that can be asked for.
  if (names.length > 0 && names.every((name) => !name.includes(" "))) {
    const all = spec.layers.length === making.model.nLayers;
    const asked = [
      `task: ${JSON.stringify(names.length === 1 ? names[0] : names)}`,
      `rephrasings: ${Math.max(...spec.groups.map(({ prompts }) => prompts.length))}`,
      ...(all ? [] : [`layers: ${JSON.stringify(spec.layers)}`]),
      ...(spec.sites.length === 1 && spec.sites[0] === "resid_post" ? [] : [`sites: ${JSON.stringify(spec.sites)}`]),
      ...(spec.position === -1 ? [] : [`position: ${spec.position}`]),
      ...(spec.methods.length === 3 ? [] : [`methods: ${JSON.stringify(spec.methods)}`]),
      ...(spec.seed === 0 ? [] : [`seed: ${spec.seed}`]),
      ...(spec.chat === true ? ["chat: true"] : []),
    ];
    const load = `const model = await pb.load(${JSON.stringify(spec.model)});`;
    return [head, load, `const run = pb.geometry(model, { ${asked.join(", ")} });`, "pb.show(run);"].join("\n");
  }
  const json = JSON.stringify(spec, null, 2);
  const result =
    json.length <= MAX_SPEC
      ? `const result = await pb.run(${json});`
      : 'const result = await pb.run("spec.json"); // the spec: pb.spec(result)';
  return [head, result, "pb.show(result);"].join("\n");
}

/** Coordinates of a point along all axes that the view keeps. */
export function placeOf(frame: ScatterFrame, point: number): number[] {
  const width = axesOf(frame);
  return Array.from({ length: width }, (_, axis) => coordinatesOf(frame)[point * width + axis]);
}
