/** A scatter as a Vega-Lite 6 specification: what the notebook's PNG and the printed figure are drawn from, with the
 *  geometry that the widget paints. Points stand in the spec as data (place, class, prompt) on two linear scales and
 *  ordinal scales for the look of classes, so that a researcher can change it. */

import type { VegaLiteSpec } from "./heatmap-types";
import { markLayers, raw } from "./marks-spec";
import { aboveMarks, groundMarks } from "./scatter-around";
import { scatterSummary } from "./scatter-describe";
import { classesOf, frameOf, planeOf, scatterOptions } from "./scatter-frame";
import { type ScatterLayout, scatterLayout } from "./scatter-layout";
import { classColour, ELLIPSE_DASH, GLYPHS, HALVES } from "./scatter-looks";
import type { ScatterOptions, ScatterView } from "./scatter-types";
import { promptText } from "./scatter-words";
import type { Theme } from "./theme";

/** Up to this many points carry their prompt into the spec; with more they would be most of the file. */
const TOLD_PROMPTS = 2000;
/** Letters of a prompt in the spec. */
const LETTERS = 200;

/** @example scatterSpec(view, themes.print, { width: 312 }, { layer: 2 }) */
export function scatterSpec(
  view: ScatterView,
  theme: Theme,
  size: { width: number; height?: number },
  partial: Partial<ScatterOptions> = {},
): VegaLiteSpec {
  const options = scatterOptions(view, partial);
  const layout = scatterLayout(view, theme, size, options);
  const { plot, width, height } = layout;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: scatterSummary(view, options),
    background: theme.colour.surface,
    width: plot.width,
    height: plot.height,
    padding: { left: plot.x, top: plot.y, right: width - plot.x - plot.width, bottom: height - plot.y - plot.height },
    autosize: { type: "none" },
    config: { font: theme.font, view: { stroke: null }, mark: { invalid: "filter" } },
    datasets: { points: rows(view, theme, options, layout) },
    data: { name: "points" },
    layer: [
      ...markLayers(groundMarks(layout, theme), plot),
      ...ellipseLayers(layout, theme),
      ...pointLayers(view, layout, theme),
      ...contourLayers(layout, theme),
      ...markLayers(aboveMarks(layout, theme, options), plot),
      ...nameLayers(layout, theme),
    ],
  };
}

function rows(view: ScatterView, theme: Theme, options: ScatterOptions, layout: ScatterLayout): object[] {
  const frame = frameOf(view, options);
  if (frame === null) return [];
  const { xy } = planeOf(view, frame, options.axes);
  const classOf = classesOf(view);
  const told = view.prompts.length <= TOLD_PROMPTS;
  const { x0, x1, y0, y1 } = layout.window;
  return Array.from(view.prompts, (prompt, i) => {
    const [x, y] = [xy[2 * i], xy[2 * i + 1]];
    if (!Number.isFinite(layout.points[2 * i]) || x < x0 || x > x1 || y < y0 || y > y1) return [];
    const { look } = layout.classes[classOf[i]];
    const half = look.fill === "half" ? { half: HALVES[look.glyph], colour: classColour(look, theme) } : {};
    return [
      {
        x,
        y,
        class: view.classes[classOf[i]].label,
        fill: look.fill,
        ...half,
        ...(told ? { prompt: promptText(prompt, LETTERS) } : {}),
      },
    ];
  }).flat();
}

const at = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });

/** A circle, squeezed and turned by the path itself. */
export function ellipsePath(rx: number, ry: number, angle: number): string {
  const most = Math.max(rx, ry, 1e-6);
  const [a, b] = [rx / most, ry / most];
  const [c, s] = [Math.cos((angle * Math.PI) / 180) * a, Math.sin((angle * Math.PI) / 180) * a];
  const r = (v: number) => Number(v.toFixed(4));
  const arc = (x: number, y: number) => `A${r(a)},${r(b)},${r(angle)},0,1,${r(x)},${r(y)}`;
  return `M${r(c)},${r(s)}${arc(-c, -s)}${arc(c, s)}Z`;
}

function ellipseLayers(layout: ScatterLayout, theme: Theme): unknown[] {
  const { plot } = layout;
  const values = layout.classes.flatMap(({ mean, ellipse, look }) => {
    if (!mean || !ellipse) return [];
    const { rx, ry, angle } = ellipse;
    return [
      {
        x: mean.x - plot.x,
        y: mean.y - plot.y,
        shape: ellipsePath(rx, ry, angle),
        size: (2 * Math.max(rx, ry)) ** 2,
        colour: classColour(look, theme),
        dash: ELLIPSE_DASH[look.fill],
      },
    ];
  });
  if (values.length === 0) return [];
  return [
    {
      data: { values },
      mark: {
        type: "point",
        aria: false,
        clip: true,
        opacity: 1,
        fillOpacity: 0.06,
        strokeOpacity: 0.55,
        strokeWidth: theme.medium === "print" ? 0.75 : 1,
        strokeDash: { expr: "datum.dash" },
        size: { expr: "datum.size" },
      },
      encoding: { x: at("x"), y: at("y"), shape: raw("shape"), fill: raw("colour"), stroke: raw("colour") },
    },
  ];
}

/** Contours over the points, on a halo, dense ones darker; the path is the plot's, about its middle. */
function contourLayers({ contours, plot }: ScatterLayout, theme: Theme): unknown[] {
  if (contours.length === 0) return [];
  const half = plot.width / 2;
  const unit = (d: string) =>
    d.replace(/([ML])([-\d.]+),([-\d.]+)/g, (_, letter: string, x: string, y: string) => {
      const u = (Number(x) - plot.x - half) / half;
      const v = (Number(y) - plot.y - plot.height / 2) / half;
      return `${letter}${u.toFixed(4)},${v.toFixed(4)}`;
    });
  const values = contours.map(({ d, share }) => ({
    x: half,
    y: plot.height / 2,
    shape: unit(d),
    colour: contourColour(share, theme),
  }));
  const width = theme.medium === "print" ? 0.75 : 1.25;
  const line = (strokeWidth: number, stroke: object) => ({
    data: { values },
    mark: { type: "point", aria: false, opacity: 1, strokeWidth, size: plot.width ** 2 },
    encoding: { x: at("x"), y: at("y"), shape: raw("shape"), fill: { value: "transparent" }, stroke },
  });
  return [line(width * 2.4, { value: theme.colour.surface }), line(width, raw("colour"))];
}

/** The denser, the further up the sequential ramp. */
export const contourColour = (share: number, theme: Theme): string =>
  theme.ramps.sequential[Math.round(4 + 4 * (1 - share))];

function pointLayers(view: ScatterView, layout: ScatterLayout, theme: Theme): unknown[] {
  const { classes, radius, window, opacity } = layout;
  const domain = view.classes.map(({ label }) => label);
  const colours = classes.map(({ look }) => classColour(look, theme));
  const surface = theme.colour.surface;
  const scale = (range: readonly string[]) => ({
    field: "class",
    type: "nominal",
    legend: null,
    scale: { domain, range },
  });
  const place = {
    x: {
      field: "x",
      type: "quantitative",
      axis: null,
      scale: { domain: [window.x0, window.x1], nice: false, zero: false },
    },
    y: {
      field: "y",
      type: "quantitative",
      axis: null,
      scale: { domain: [window.y0, window.y1], nice: false, zero: false },
    },
  };
  const print = theme.medium === "print";
  const filled = classes.map(({ look }) => look.fill === "filled");
  const mark = { type: "point", clip: true, opacity, size: (2 * radius) ** 2 };
  return [
    {
      mark: {
        ...mark,
        strokeWidth: { expr: `datum.fill === 'filled' ? ${open(radius, print) / 3} : ${open(radius, print)}` },
      },
      encoding: {
        ...place,
        shape: scale(classes.map(({ look }) => GLYPHS[look.glyph])),
        fill: scale(colours.map((colour, k) => (filled[k] ? colour : surface))),
        stroke: scale(colours.map((colour, k) => (filled[k] ? surface : colour))),
      },
    },
    ...(classes.every(({ look }) => look.fill !== "half")
      ? []
      : [
          {
            transform: [{ filter: "datum.fill === 'half'" }],
            mark: { ...mark, aria: false, strokeWidth: 0 },
            encoding: {
              ...place,
              shape: raw("half"),
              fill: raw("colour"),
            },
          },
        ]),
  ];
}

/** Width of an open glyph's line. */
export const open = (radius: number, print: boolean): number => (print ? 0.32 * radius + 0.1 : 0.38 * radius + 0.15);

/** Names over an outline in the surface's colour. */
function nameLayers(layout: ScatterLayout, theme: Theme): unknown[] {
  const { plot } = layout;
  const values = layout.classes.flatMap(({ name }) =>
    name ? [{ x: name.x - plot.x, y: name.y - plot.y, text: name.text }] : [],
  );
  if (values.length === 0) return [];
  const encoding = { x: at("x"), y: at("y"), text: { field: "text" } };
  const mark = { type: "text", align: "center", baseline: "alphabetic", fontSize: theme.size.label, fontWeight: 600 };
  const { surface, text: ink } = theme.colour;
  return [
    {
      data: { values },
      mark: { ...mark, aria: false, fill: surface, stroke: surface, strokeWidth: 4, strokeJoin: "round" },
      encoding,
    },
    { data: { values }, mark: { ...mark, fill: ink }, encoding },
  ];
}
