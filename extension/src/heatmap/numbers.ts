/** The numbers behind a heatmap's cells: a view's packed arrays, opened once per metric and asked by place.
 *  Pure. Panels are indexes into `view.panels`; x and y into the axes' labels (y = 0 is the lowest row). */
import { type HeatmapMetric, type HeatmapView, type Packed, type PackedArray, readable, unpack } from "patchbay/view";

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}
export interface Interaction extends Estimate {
  p: number | null;
  /** Samples in which it is above zero. */
  positive: number | null;
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export class Numbers {
  private readonly opened = new Map<Packed, PackedArray>();
  private readonly nx: number;
  private readonly ny: number;

  constructor(readonly view: HeatmapView) {
    this.nx = view.x.labels.length;
    this.ny = view.y.labels.length;
  }

  metric(key: string): HeatmapMetric {
    return readable(this.view.metrics.find((m) => m.key === key) ?? this.view.metrics[0]);
  }

  private open(packed: Packed): PackedArray {
    const found = this.opened.get(packed);
    if (found) return found;
    const made = unpack(packed);
    this.opened.set(packed, made);
    return made;
  }

  private at(packed: Packed, panel: number, x: number, y: number): number | null {
    return finite(this.open(packed)[(panel * this.ny + y) * this.nx + x]);
  }

  effect(key: string, panel: number, x: number, y: number): Estimate | null {
    const metric = this.metric(key);
    const value = this.at(metric.mean, panel, x, y);
    if (value === null) return null;
    return { value, low: this.at(metric.low, panel, x, y), high: this.at(metric.high, panel, x, y) };
  }

  interaction(key: string, panel: number, x: number, y: number): Interaction | null {
    const { interaction } = this.metric(key);
    if (!interaction) return null;
    const value = this.at(interaction.mean, panel, x, y);
    if (value === null) return null;
    return {
      value,
      low: this.at(interaction.low, panel, x, y),
      high: this.at(interaction.high, panel, x, y),
      p: this.at(interaction.p, panel, x, y),
      positive: this.at(interaction.positive, panel, x, y),
    };
  }

  /** Samples behind a cell: 0 none came yet, -1 never asked. */
  n(key: string, panel: number, x: number, y: number): number {
    return this.at(this.metric(key).n, panel, x, y) ?? -1;
  }

  /** null where no test was made. */
  significant(key: string, panel: number, x: number, y: number): boolean | null {
    const flag = this.at(this.metric(key).notSignificant, panel, x, y);
    return flag === 0 ? true : flag === 1 ? false : null;
  }

  /** One number per sample, null where it has none; empty when the view was saved without them. */
  samples(key: string, panel: number, x: number, y: number): (number | null)[] {
    const { samples } = this.metric(key);
    if (!samples) return [];
    const count = samples.shape[3];
    const start = ((panel * this.ny + y) * this.nx + x) * count;
    const values = this.open(samples);
    return Array.from({ length: count }, (_, i) => finite(values[start + i]));
  }
}
