/** The result of a geometry experiment: where groups of prompts lie at each site of each layer, how much of the
 *  variance the axes hold, how well a linear probe tells the groups apart beside its control, and how far each pair of
 *  groups is apart. */
import { ResultError } from "../errors";
import { type Place, placesOf } from "../experiment/geometry-types";
import { counted } from "../words";
import { Result } from "./base";
import { type GeometryData, type PlaceGeometry, type ProbeScores, scoresOf } from "./geometry-data";
import { GEOMETRY_TABLES, type GeometryTable, geometryTable } from "./geometry-tables";
import { geometryText } from "./geometry-text";
import type { Table } from "./types";

/** Where the prompts of several instructions lie: LDA, PCA, probe and separation, place by place. */
export class GeometryResult extends Result<GeometryData, GeometryTable> {
  readonly tableNames = GEOMETRY_TABLES;

  get mainTable(): GeometryTable {
    return this.data.spec.methods.includes("probe") ? "accuracy" : "coordinates";
  }

  describe(): string {
    const { spec, places, texts } = this.data;
    return `${places.length} of ${counted(placesOf(spec).length, "place")}, ${counted(texts.length, "prompt")} in ${counted(spec.groups.length, "group")}`;
  }

  /** Probe, control and axes of each place. */
  override toString(): string {
    return geometryText(this);
  }

  get finished(): number {
    return this.data.places.length;
  }

  /** What was measured at a site of a layer.
   *  @throws ResultError when it was not asked for, or is not finished
   *  @example result.at({ layer: 2 }).lda?.coordinates */
  at({ layer, site = this.data.spec.sites[0] }: Pick<Place, "layer"> & Partial<Place>): PlaceGeometry {
    const found = this.data.places.find((place) => place.layer === layer && place.site === site);
    if (found) return found;
    throw new ResultError({
      thing: "place",
      value: `${site} of layer ${layer}`,
      rule: "must be one that is finished",
      wayOut: `There are ${this.data.places.map((place) => `${place.site} ${place.layer}`).join(", ") || "none"}`,
    });
  }

  /** Accuracy of the probe and of its control at a site of a layer; null where no probe was asked for.
   *  @throws ResultError when the place was not asked for, or is not finished
   *  @example result.accuracy({ layer: 2 })?.probe.ci */
  accuracy(place: Pick<Place, "layer"> & Partial<Place>): ProbeScores | null {
    return scoresOf(this.data.spec, this.at(place));
  }

  /** `coordinates`: each prompt along the first two axes; `axes`: along all that are kept. `explained`: the share of
   *  variance of each axis. `probe`: accuracy of each fold; `accuracy`: over all, with intervals and control;
   *  `predictions`: of each prompt. `separation`: how far each pair of groups is apart. `prompts`: what was read. */
  protected build(name: GeometryTable): Table {
    return geometryTable(this.data, name);
  }
}
