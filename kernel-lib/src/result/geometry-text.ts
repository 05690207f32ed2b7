/** A geometry as plain text: what the probe finds in each place beside its control, and what the axes hold. */
import type { Place } from "../experiment/geometry-types";
import { counted } from "../words";
import { alignedRows, madeOn, warningLines } from "./aligned";
import type { GeometryResult } from "./geometry";
import type { Projection } from "./geometry-data";

/** Places that are listed: those with the best probes, or the first ones without; in the order of layers. */
const LISTED = 12;
/** Axes that pictures show. */
const AXES = 2;

/** Headline, making, a row for each place. */
export function geometryText(result: GeometryResult): string {
  const { data, making } = result;
  const { spec, places } = data;
  const head = [result.headline(), `  ${madeOn(making)}, read at position ${spec.position}`];
  if (places.length === 0) return [...head, "  Nothing is measured yet."].join("\n");
  const accuracyOf = (place: Place) => result.accuracy(place)?.probe.accuracy ?? 0;
  const best = [...places].sort((a, b) => accuracyOf(b) - accuracyOf(a)).slice(0, LISTED);
  const listed = places.filter((place) => best.includes(place));
  const has = {
    probe: spec.methods.includes("probe"),
    lda: spec.methods.includes("lda"),
    pca: spec.methods.includes("pca"),
  };
  const names = [
    ...["site", "layer"],
    ...(has.probe ? ["probe", "95 % interval", "control", "chance", "n"] : []),
    ...(has.lda ? [`LDA, ${AXES} axes`] : []),
    ...(has.pca ? [`PCA, ${AXES} axes`] : []),
  ];
  const rows = listed.map((place) => {
    const scores = result.accuracy(place);
    return [
      ...[place.site, String(place.layer)],
      ...(has.probe && scores !== null
        ? [
            share(scores.probe.accuracy),
            `[${scores.probe.ci.map(share).join(", ")}]`,
            share(scores.control.accuracy),
            share(scores.chance),
            String(scores.probe.n),
          ]
        : []),
      ...(has.lda ? [held(place.lda)] : []),
      ...(has.pca ? [held(place.pca)] : []),
    ];
  });
  const rest = places.length - listed.length;
  return [
    ...head,
    `  ${[
      ...(has.probe ? ["share of held-out prompts that the probe tells right, beside shuffled labels"] : []),
      ...(has.lda || has.pca ? ["share of the variance on the first axes"] : []),
    ].join("; ")}:`,
    ...alignedRows([names, ...rows]).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    ... and ${counted(rest, "more place")}`] : []),
    ...warningLines(making),
  ].join("\n");
}

const share = (value: number): string => value.toFixed(2);
const held = (projection: Projection | null): string =>
  projection === null ? "-" : share(projection.ratios.slice(0, AXES).reduce((sum, ratio) => sum + ratio, 0));
