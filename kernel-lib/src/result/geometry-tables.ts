/** Tables of a geometry experiment, in long form. */
import { type GeometrySpec, promptsOf } from "../experiment/geometry-types";
import { stratifiedFolds } from "../stats";
import {
  controlLabels,
  foldsOf,
  type GeometryData,
  type PlaceGeometry,
  type Projection,
  pairsOf,
  scoresOf,
} from "./geometry-data";
import type { Table } from "./types";

export type GeometryTable =
  | "coordinates"
  | "explained"
  | "probe"
  | "accuracy"
  | "separation"
  | "axes"
  | "predictions"
  | "prompts";
export const GEOMETRY_TABLES: readonly GeometryTable[] = [
  "coordinates",
  "explained",
  "probe",
  "accuracy",
  "separation",
  "axes",
  "predictions",
  "prompts",
];

type Cell = string | number | null;

const MAKERS: Readonly<Record<GeometryTable, (data: GeometryData) => Omit<Table, "name">>> = {
  coordinates,
  explained,
  probe,
  accuracy,
  separation,
  axes,
  predictions,
  prompts,
};

export const geometryTable = (data: GeometryData, name: GeometryTable): Table => ({ name, ...MAKERS[name](data) });

/** For each prompt its group's label and its number within the group. */
function namesOf({ groups }: GeometrySpec): [label: string, prompt: number][] {
  return groups.flatMap(({ label, prompts: own }) => own.map((_, i): [string, number] => [label, i]));
}

const projectionsOf = ({ lda, pca }: PlaceGeometry): [method: string, found: Projection][] => [
  ...(lda ? [["lda", lda] as [string, Projection]] : []),
  ...(pca ? [["pca", pca] as [string, Projection]] : []),
];

/** The paper shows two axes; one that does not exist (LDA of two groups has one) is empty. */
function coordinates({ spec, places }: GeometryData) {
  const names = namesOf(spec);
  const rows = places.flatMap((place) =>
    projectionsOf(place).flatMap(([method, found]) =>
      names.map((name, i): Cell[] => [
        place.site,
        place.layer,
        method,
        ...name,
        ...[0, 1].map((axis) => (axis < found.axes ? found.coordinates[i * found.axes + axis] : null)),
      ]),
    ),
  );
  return { columns: ["site", "layer", "method", "label", "prompt", "axis_1", "axis_2"], rows };
}

function axes({ spec, places }: GeometryData) {
  const names = namesOf(spec);
  const rows = places.flatMap((place) =>
    projectionsOf(place).flatMap(([method, found]) =>
      Array.from(found.coordinates, (value, at): Cell[] => [
        place.site,
        place.layer,
        method,
        ...names[Math.floor(at / found.axes)],
        (at % found.axes) + 1,
        value,
      ]),
    ),
  );
  return { columns: ["site", "layer", "method", "label", "prompt", "axis", "coordinate"], rows };
}

function explained({ places }: GeometryData) {
  const rows = places.flatMap((place) =>
    projectionsOf(place).flatMap(([method, { ratios }]) =>
      ratios.map((ratio, axis): Cell[] => [place.site, place.layer, method, axis + 1, ratio]),
    ),
  );
  return { columns: ["site", "layer", "method", "axis", "ratio"], rows };
}

function probe({ spec, places }: GeometryData) {
  const rows = places.flatMap((place) => {
    const scores = scoresOf(spec, place);
    if (scores === null) return [];
    return scores.probe.byFold.map((share, fold): Cell[] => [
      place.site,
      place.layer,
      fold,
      share,
      scores.control.byFold[fold],
    ]);
  });
  return { columns: ["site", "layer", "fold", "accuracy", "control_accuracy"], rows };
}

function accuracy({ spec, places }: GeometryData) {
  const rows = places.flatMap((place): Cell[][] => {
    const scores = scoresOf(spec, place);
    if (scores === null) return [];
    const { probe: found, control, chance } = scores;
    const { n, correct } = found;
    const one = [n, correct, found.accuracy, ...found.ci];
    return [[place.site, place.layer, ...one, control.correct, control.accuracy, ...control.ci, chance]];
  });
  return {
    columns: [
      "site",
      "layer",
      "n",
      "correct",
      "accuracy",
      "ci_low",
      "ci_high",
      "control_correct",
      "control_accuracy",
      "control_ci_low",
      "control_ci_high",
      "chance",
    ],
    rows,
  };
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;

/** Cohen's d with its large-sample interval (Hedges and Olkin 1985, chapter 5, equation 14). */
function separation({ spec, places }: GeometryData) {
  const pairs = pairsOf(spec);
  const rows = places.flatMap(({ site, layer, separation: found }) => {
    if (found === null) return [];
    return pairs.map(([a, b], at): Cell[] => {
      const [m, n] = [spec.groups[a].prompts.length, spec.groups[b].prompts.length];
      const d = Number.isNaN(found.cohenD[at]) ? null : found.cohenD[at];
      const half = d === null ? null : Z * Math.sqrt((m + n) / (m * n) + d ** 2 / (2 * (m + n)));
      const ends = d === null || half === null ? [null, null] : [d - half, d + half];
      return [site, layer, spec.groups[a].label, spec.groups[b].label, m + n, d, ...ends, found.auc[at]];
    });
  });
  return {
    columns: ["site", "layer", "label_a", "label_b", "n", "cohen_d", "ci_low", "ci_high", "auc"],
    rows,
  };
}

function predictions({ spec, places }: GeometryData) {
  const { groups } = spec;
  const names = namesOf(spec);
  const heldOut = places.some((place) => place.probe) ? stratifiedFolds(promptsOf(spec).labels, foldsOf(spec)) : null;
  const dealt = controlLabels(spec);
  const rows = places.flatMap(({ site, layer, probe: found }) => {
    if (found === null || heldOut === null) return [];
    return names.map((name, i): Cell[] => [
      site,
      layer,
      ...name,
      heldOut[i],
      groups[found.predicted[i]].label,
      groups[dealt[i]].label,
      groups[found.control[i]].label,
    ]);
  });
  return {
    columns: ["site", "layer", "label", "prompt", "fold", "predicted", "control_label", "control_predicted"],
    rows,
  };
}

function prompts({ spec, texts, tokenText }: GeometryData) {
  const names = namesOf(spec);
  const families = spec.groups.flatMap(({ family, prompts: own }) => own.map(() => family ?? null));
  const rows = promptsOf(spec).prompts.map((tokens, i): Cell[] => [
    ...names[i],
    families[i],
    tokens.length,
    tokenText[tokens[spec.position < 0 ? tokens.length + spec.position : spec.position]] ?? null,
    texts[i] === "" ? null : texts[i],
  ]);
  return { columns: ["label", "prompt", "family", "tokens", "read_token", "text"], rows };
}
