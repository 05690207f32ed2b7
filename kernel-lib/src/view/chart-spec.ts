/** A chart as a Vega-Lite 6 specification: the same for the widget, the notebook's PNG and the printed figure.
 *
 *  Values stand in the spec as data (panel, series, place, value, interval, n) on two linear scales and one scale of
 *  colours, so that a researcher can change the spec; axes, names and legend are placed by chart-layout.ts.
 *  `autosize: none` with explicit sizes: a renderer's measuring of text cannot move anything. */
import {
  barEnds,
  barSpan,
  type ChartBox,
  type ChartLayout,
  type ChartLook,
  chartLayout,
  chartX,
  chartY,
} from "./chart-layout";
import {
  aroundMarks,
  behindLook,
  groundMarks,
  LINE_WIDTH,
  MARKER,
  patternMark,
  type SeriesStyle,
  seriesStyles,
} from "./chart-marks";
import { chartSummary, spokenPoint } from "./chart-text";
import type { ChartPoint, ChartView } from "./chart-types";
import { chartLabels, chartPoints } from "./chart-view";
import type { Size, VegaLiteSpec } from "./heatmap-types";
import { type Marks, noMarks } from "./marks";
import { markLayers, raw } from "./marks-spec";
import type { Theme } from "./theme";

/** Up to this many values each carries a sentence for screen readers into the SVG. */
const DESCRIBED = 600;

/** The specification of `view` in `theme` within `size`.
 *  @example chartSpec(view, themes.print, { width: 312 }) */
export function chartSpec(view: ChartView, theme: Theme, size: Size, look: Partial<ChartLook> = {}): VegaLiteSpec {
  const layout = chartLayout(view, theme, size, look);
  const styles = seriesStyles(view, theme);
  const points = chartPoints(view);
  const ends = barEnds(view, points, layout.domain);
  const drawn = new Set(layout.boxes.map(({ panel }) => panel));
  const rows = points.flatMap((point, i) =>
    point.value === null || !drawn.has(point.panel) ? [] : [rowOf(view, point, ends[i], points.length <= DESCRIBED)],
  );
  const origin = layout.boxes[0];
  const views = layout.boxes.map((box, at) => ({
    width: box.width,
    height: box.height,
    layer: [
      ...(at === 0 ? markLayers(groundMarks(view, theme, layout), origin) : []),
      ...(view.mark === "lines" ? lineLayers(view, theme, layout, box, styles) : barLayers(view, theme, layout, box)),
      ...(view.mark === "lines" ? [] : markLayers(patterns(view, theme, layout, box, styles), box)),
      ...(view.mark === "shares" ? [] : intervals(view, theme, layout, box)),
      ...(view.mark === "lines" ? [pointLayer(theme, layout, box)] : []),
      ...(at === layout.boxes.length - 1 ? markLayers(aroundMarks(view, theme, layout, look), box) : []),
    ],
  }));
  const body = {
    params: size2(layout),
    bounds: "flush",
    columns: layout.columns,
    spacing: spacing(layout),
    concat: views,
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: chartSummary(view),
    background: theme.colour.surface,
    padding: layout.padding,
    autosize: { type: "none" },
    config: { font: theme.font, view: { stroke: null }, mark: { invalid: "show" } },
    datasets: { values: rows.map((row) => ({ ...row, ...lookOf(view, styles[row.s], row, theme) })) },
    data: { name: "values" },
    ...(views.length === 1 ? views[0] : body),
  };
}

/** Vega-Lite gives a concatenation no size of its own; without one `autosize: none` would be empty. */
const size2 = ({ width, height, padding }: ChartLayout) => [
  { name: "width", value: width - padding.left - padding.right },
  { name: "height", value: height - padding.top - padding.bottom },
];

function spacing({ boxes, columns }: ChartLayout) {
  const [first] = boxes;
  const column = columns > 1 ? boxes[1].x - first.x - first.width : 0;
  const row = boxes.length > columns ? boxes[columns].y - first.y - first.height : 0;
  return { row, column };
}

function rowOf(view: ChartView, point: ChartPoint, [from, to]: readonly [number, number], described: boolean) {
  const [left, right] = barSpan(view, point.series);
  return {
    p: point.panel,
    s: point.series,
    panel: view.panels[point.panel].name,
    series: view.series[point.series].name,
    place: chartLabels(view, point.panel)[point.x],
    x: point.x,
    ...(view.mark === "lines"
      ? {}
      : { left: point.x + left, right: point.x + right, middle: point.x + (left + right) / 2 }),
    ...(view.mark === "lines" ? {} : { from, to }),
    value: point.value,
    low: point.low,
    high: point.high,
    n: point.n,
    significant: point.significant,
    ...(described ? { says: spokenPoint(view, point) } : {}),
  };
}
type Row = ReturnType<typeof rowOf>;

const lookOf = (view: ChartView, { colour, shape, filled }: SeriesStyle, { significant }: Row, theme: Theme) => ({
  colour,
  fill: significant === false || (view.mark === "lines" && !filled) ? theme.colour.surface : colour,
  shape,
});

/** Fields on the panel's two scales: places along x, values upward. */
function scales({ domain }: ChartLayout, box: ChartBox) {
  const x = { domain: [-0.5, box.places - 0.5], nice: false, zero: false };
  const y = { domain: [...domain], nice: false, zero: false };
  return {
    x: (field: string) => ({ field, type: "quantitative", scale: x, axis: null }),
    y: (field: string) => ({ field, type: "quantitative", scale: y, axis: null }),
  };
}

const inPanel = (box: ChartBox, test = "true") => [{ filter: `datum.p === ${box.panel} && ${test}` }];

function barLayers(view: ChartView, theme: Theme, layout: ChartLayout, box: ChartBox): unknown[] {
  const { x, y } = scales(layout, box);
  const across = { x: x("left"), x2: { field: "right" } };
  return [
    ...(view.behind === null ? [] : markLayers(behindMarks(view, theme, layout, box), box)),
    {
      // A share of nothing would still have an outline, on top of what it stands on; a bar of 0 shows by it.
      transform: inPanel(box, view.mark === "shares" ? "datum.from !== datum.to" : "true"),
      mark: { type: "rect", strokeWidth: theme.medium === "print" ? 0.75 : 1 },
      encoding: {
        ...across,
        y: y("from"),
        y2: { field: "to" },
        fill: raw("fill"),
        stroke: raw("colour"),
        description: { field: "says" },
      },
    },
  ];
}

/** Open bars of the second quantity. */
function behindMarks(view: ChartView, theme: Theme, layout: ChartLayout, box: ChartBox): Marks {
  const marks = noMarks();
  for (const point of chartPoints(view)) {
    if (point.panel !== box.panel || point.behind?.value == null) continue;
    const [left, right] = barSpan(view, point.series, "behind");
    const [y, y2] = [chartY(layout, box, point.behind.value), chartY(layout, box, Math.max(layout.domain[0], 0))];
    const across = { x: chartX(box, point.x + left), x2: chartX(box, point.x + right) };
    marks.rects.push({ ...across, y, y2, ...behindLook(theme) });
  }
  return marks;
}

function patterns(
  view: ChartView,
  theme: Theme,
  layout: ChartLayout,
  box: ChartBox,
  styles: readonly SeriesStyle[],
): Marks {
  const points = chartPoints(view).filter((point) => point.panel === box.panel);
  const ends = barEnds(view, points, layout.domain);
  const shapes = points.flatMap((point, i) => {
    if (point.value === null || point.significant === false) return [];
    const [left, right] = barSpan(view, point.series).map((at) => chartX(box, point.x + at));
    const [y1, y2] = ends[i].map((end) => chartY(layout, box, end));
    const rect = { x: left, y: Math.min(y1, y2), width: right - left, height: Math.abs(y2 - y1) };
    return patternMark(styles[point.series], rect, theme);
  });
  return { ...noMarks(), shapes };
}

/** Whiskers of bars, with caps; bands of lines are drawn with the lines. */
function intervals(view: ChartView, theme: Theme, layout: ChartLayout, box: ChartBox): unknown[] {
  if (view.mark === "lines") return [];
  const { x, y } = scales(layout, box);
  const transform = inPanel(box, "datum.low !== null && datum.high !== null");
  const halo = theme.medium === "print" ? 1.2 : 2;
  const width = theme.medium === "print" ? 0.9 : 1.25;
  const rule = (stroke: string, strokeWidth: number) => ({
    transform,
    mark: { type: "rule", aria: false, stroke, strokeWidth },
    encoding: { x: x("middle"), y: y("low"), y2: { field: "high" } },
  });
  return [rule(theme.colour.surface, width + halo), rule(theme.colour.ink, width)];
}

function lineLayers(
  view: ChartView,
  theme: Theme,
  layout: ChartLayout,
  box: ChartBox,
  styles: readonly SeriesStyle[],
): unknown[] {
  const { x, y } = scales(layout, box);
  const series = styles.map((style, s) => ({ style, values: runs(view, box.panel, s) }));
  const shown = series.filter(({ values }) => values.length > 0);
  const bands = shown.flatMap(({ style, values }) => {
    const banded = values.filter(({ low, high }) => low !== null && high !== null);
    if (banded.length < 2) return [];
    return [
      {
        data: { values: banded },
        mark: { type: "area", aria: false, fill: style.colour, fillOpacity: 0.16 },
        encoding: { x: x("x"), y: y("low"), y2: { field: "high" }, detail: { field: "run", type: "nominal" } },
      },
    ];
  });
  const lines = shown.map(({ style, values }) => ({
    data: { values },
    mark: {
      type: "line",
      aria: false,
      stroke: style.colour,
      strokeWidth: LINE_WIDTH[theme.medium],
      strokeDash: [...style.dash],
    },
    encoding: { x: x("x"), y: y("value"), detail: { field: "run", type: "nominal" } },
  }));
  return [...bands, ...lines];
}

/** A series' values in order; a missing one ends a run, so that no line is drawn across it. */
function runs(view: ChartView, panel: number, series: number) {
  let run = 0;
  return chartPoints(view)
    .filter((point) => point.panel === panel && point.series === series)
    .flatMap(({ x, value, low, high }) => {
      if (value === null) {
        run++;
        return [];
      }
      return [{ x, value, low, high, run }];
    });
}

function pointLayer(theme: Theme, layout: ChartLayout, box: ChartBox) {
  const { x, y } = scales(layout, box);
  return {
    transform: inPanel(box),
    mark: { type: "point", opacity: 1, size: MARKER[theme.medium] ** 2, strokeWidth: 1 },
    encoding: {
      x: x("x"),
      y: y("value"),
      shape: raw("shape"),
      fill: raw("fill"),
      stroke: raw("colour"),
      description: { field: "says" },
    },
  };
}
