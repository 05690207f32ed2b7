/** From rows of numbers to the view of a chart: panels, series and places along x are named, and stand in the order
 *  in which they are named first. */
import { ResultError } from "../errors";
import { pack, unpack } from "../result/pack";
import type { Making } from "../result/types";
import type { ChartAxis, ChartMark, ChartPoint, ChartScale, ChartView } from "./chart-types";
import type { RunStatus, ViewBase, ViewState } from "./types";

/** One value of a chart by names. */
export interface ChartRow {
  /** Default: one panel without a name. */
  panel?: string;
  series: string;
  x: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
  n?: number;
  /** Left out: no test was made. */
  significant?: boolean | null;
  behind?: { value: number | null; low?: number | null; high?: number | null };
}

export interface ChartOptions {
  /** Updates of one display carry the same id. */
  id: string;
  title: string;
  mark: ChartMark;
  /** Labels only to say an order, or places without a value. */
  x: Omit<ChartAxis, "labels"> & { labels?: readonly string[] };
  y: Pick<ChartScale, "title"> & Partial<ChartScale>;
  rows: readonly ChartRow[];
  series?: readonly { name: string; stage?: "base" | "sft" | "dpo" | null }[];
  panels?: readonly { name: string; note?: string; labels?: readonly string[] | null; emphasis?: readonly number[] }[];
  /** What bars are called, and those behind them. */
  label?: string;
  behind?: string;
  interval?: string;
  unit?: string;
  test?: string | null;
  references?: readonly { value: number; label: string }[];
  /** How the results came about that the chart shows; one for each model. */
  makings: readonly Making[];
  code: string;
  /** Effect, interval, n, test; what made it (model, hash, precision) is added. */
  caption: string;
  state?: ViewState;
  run?: RunStatus | null;
  error?: ViewBase["error"];
  warnings?: readonly string[];
  resultHash?: string;
}

/** Characters of a model's hash that a caption shows. */
const HASH_LENGTH = 12;

/** The view of a chart.
 *  @throws ResultError when a value stands twice, or a name is not one of those that were listed
 *  @example chartViewOf({ id: "v1", title: "Accuracy", mark: "bars", x: { title: "task", field: "task" },
 *    y: { title: "accuracy (%)", format: "percent" }, rows: [{ series: "base", x: "capital", value: 0.5 }],
 *    makings: [result.making], code: "", caption: "" }) */
export function chartViewOf(options: ChartOptions): ChartView {
  const { rows, makings } = options;
  const panels: NonNullable<ChartOptions["panels"]> =
    options.panels ?? unique(rows.map((row) => row.panel ?? "")).map((name) => ({ name }));
  const series: NonNullable<ChartOptions["series"]> =
    options.series ?? unique(rows.map((row) => row.series)).map((name) => ({ name }));
  const labels = options.x.labels ?? unique(rows.map((row) => row.x));
  const of = (kind: string, names: readonly string[], name: string) => {
    const at = names.indexOf(name);
    if (at < 0)
      throw new ResultError({ thing: `chart: ${kind}`, value: name, rule: `must be one of ${names.join(", ")}` });
    return at;
  };
  const shape = [panels.length, series.length, labels.length];
  const cells = shape.reduce((a, b) => a * b, 1);
  const missing = () => new Float64Array(cells).fill(Number.NaN);
  const [value, low, high, value2, low2, high2] = Array.from({ length: 6 }, missing);
  const n = new Int32Array(cells);
  const notSignificant = new Uint8Array(cells).fill(255);
  const seen = new Set<number>();
  for (const row of rows) {
    const p = of(
      "panel",
      panels.map(({ name }) => name),
      row.panel ?? "",
    );
    const s = of(
      "series",
      series.map(({ name }) => name),
      row.series,
    );
    const names = options.panels?.[p].labels ?? labels;
    const at = (p * series.length + s) * labels.length + of("place along x", names, row.x);
    if (seen.has(at)) {
      const where = [row.panel, row.series, row.x].filter((name) => name !== undefined).join(", ");
      throw new ResultError({ thing: "chart: rows", value: where, rule: "must have each value once" });
    }
    seen.add(at);
    value[at] = row.value ?? Number.NaN;
    low[at] = row.low ?? Number.NaN;
    high[at] = row.high ?? Number.NaN;
    n[at] = row.n ?? 0;
    if (row.significant != null) notSignificant[at] = row.significant ? 0 : 1;
    value2[at] = row.behind?.value ?? Number.NaN;
    low2[at] = row.behind?.low ?? Number.NaN;
    high2[at] = row.behind?.high ?? Number.NaN;
  }
  const names = unique(makings.map((making) => making.model.name));
  const state = options.state ?? "done";
  return {
    schema: "patchbay.view/1",
    kind: "chart",
    id: options.id,
    state,
    run: options.run ?? null,
    error: options.error ?? null,
    title: options.title,
    model: {
      name: names.join(", "),
      stage: null,
      fingerprint: unique(makings.map((making) => making.model.fingerprint)).join(", "),
    },
    device: unique(makings.map(({ provider }) => `${provider.device} · ${provider.precision}`)).join(", "),
    warnings: options.warnings ?? unique(makings.flatMap((making) => making.warnings)),
    code: options.code,
    caption: [options.caption, madeOf(makings), state === "done" ? "" : UNFINISHED]
      .filter((part) => part !== "")
      .join(" "),
    hashes: {
      spec: unique(makings.map((making) => making.specHash)).join(", "),
      result: options.resultHash ?? "",
    },
    mark: options.mark,
    x: { title: options.x.title, field: options.x.field, labels: [...labels] },
    y: { format: "number", digits: 2, domain: null, ...options.y },
    panels: panels.map((panel) => ({ note: "", labels: null, emphasis: [], ...panel })),
    series: series.map((given) => ({ name: given.name, stage: given.stage ?? null })),
    value: pack(value, shape),
    low: pack(low, shape),
    high: pack(high, shape),
    n: pack(n, shape),
    notSignificant: pack(notSignificant, shape),
    behind:
      options.behind === undefined
        ? null
        : { label: options.behind, value: pack(value2, shape), low: pack(low2, shape), high: pack(high2, shape) },
    label: options.label ?? "",
    interval: options.interval ?? "",
    unit: options.unit ?? "samples",
    test: options.test ?? null,
    references: options.references ?? [],
  };
}

const UNFINISHED = "The run is not complete: some values are missing.";

/** "demo/dpo (sha256 4f1c…), fp32 on cpu." */
function madeOf(makings: readonly Making[]): string {
  if (makings.length === 0) return "";
  const models = makings.map(({ model }) => {
    const hash = model.fingerprint.replace(/^sha256:/, "").slice(0, HASH_LENGTH);
    return `${model.name} (sha256 ${hash}…)`;
  });
  const on = makings.map(({ provider }) => `${provider.precision} on ${provider.device}`);
  return `${unique(models).join(", ")}; ${unique(on).join(", ")}.`;
}

/** Unpacked once for each view: pointing asks for them at every move. */
const unpacked = new WeakMap<ChartView, readonly ChartPoint[]>();

/** All values of a chart with their places; those that are missing too. */
export function chartPoints(view: ChartView): readonly ChartPoint[] {
  const known = unpacked.get(view);
  if (known) return known;
  const points = pointsOf(view);
  unpacked.set(view, points);
  return points;
}

function pointsOf(view: ChartView): ChartPoint[] {
  const [value, low, high, n, flags] = [view.value, view.low, view.high, view.n, view.notSignificant].map((packed) =>
    unpack(packed),
  );
  const behind = view.behind && [view.behind.value, view.behind.low, view.behind.high].map((packed) => unpack(packed));
  const places = view.x.labels.length;
  const there = (number: number) => (Number.isNaN(number) ? null : number);
  return Array.from(value, (_, at) => ({
    panel: Math.floor(at / (view.series.length * places)),
    series: Math.floor(at / places) % view.series.length,
    x: at % places,
    value: there(value[at]),
    low: there(low[at]),
    high: there(high[at]),
    n: n[at],
    significant: flags[at] === 255 ? null : flags[at] === 0,
    behind: behind && { value: there(behind[0][at]), low: there(behind[1][at]), high: there(behind[2][at]) },
  }));
}

/** Names along x of a panel. */
export const chartLabels = (view: ChartView, panel: number): readonly string[] =>
  view.panels[panel].labels ?? view.x.labels;

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
