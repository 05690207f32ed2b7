/** Plain marks as Vega-Lite layers at fixed pixels of a panel whose corner is `origin`. */
import type { Marks } from "./marks";
import type { Theme } from "./theme";

interface Origin {
  x: number;
  y: number;
}

/** A field that holds a pixel or a colour as it is. */
const pixel = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
export const raw = (field: string) => ({ field, type: "nominal", scale: null, legend: null });
const of = (field: string) => ({ expr: `datum.${field}` });
/** Two decimals of a pixel: what no printer resolves is not worth its bytes. */
const round = (value: number) => Math.round(value * 100) / 100;

/** One layer for each kind of mark that occurs; later ones lie above. */
export function markLayers(marks: Marks, origin: Origin): unknown[] {
  const x = (value: number) => round(value - origin.x);
  const y = (value: number) => round(value - origin.y);
  const layer = (values: unknown[], mark: object, encoding: object) =>
    values.length === 0 ? [] : [{ data: { values }, mark: { ...mark, aria: false }, encoding }];
  const ends = { x: pixel("x"), y: pixel("y"), x2: { field: "x2" }, y2: { field: "y2" } };
  return [
    ...layer(
      marks.rects.map((m) => ({ ...m, x: x(m.x), y: y(m.y), x2: x(m.x2), y2: y(m.y2), fill: m.fill ?? "transparent" })),
      { type: "rect", strokeWidth: of("width") },
      { ...ends, fill: raw("fill"), stroke: raw("stroke") },
    ),
    ...layer(
      marks.rules.map((m) => ({ ...m, x: x(m.x), y: y(m.y), x2: x(m.x2), y2: y(m.y2), width: round(m.width) })),
      { type: "rule", strokeWidth: of("width"), strokeDash: { expr: "datum.dash ? [2, 3] : []" } },
      { ...ends, stroke: raw("colour") },
    ),
    ...layer(
      marks.shapes.map((m) => ({ ...m, x: x(m.x), y: y(m.y), side: m.side ** 2, fill: m.fill ?? "transparent" })),
      { type: "point", opacity: 1, strokeWidth: of("width"), strokeOpacity: of("opacity"), size: of("side") },
      { x: pixel("x"), y: pixel("y"), shape: raw("shape"), fill: raw("fill"), stroke: raw("stroke") },
    ),
    ...layer(
      marks.texts.map((m) => ({ ...m, x: x(m.x), y: y(m.y), size: round(m.size) })),
      {
        type: "text",
        baseline: "alphabetic",
        fontSize: of("size"),
        fontWeight: of("weight"),
        align: of("align"),
        angle: of("angle"),
      },
      { x: pixel("x"), y: pixel("y"), text: { field: "text" }, fill: raw("colour") },
    ),
  ];
}

interface Ramp extends Origin {
  width: number;
  height: number;
  stops: readonly string[];
}

/** The legend's ramp as one rectangle with a gradient of all stops. */
export function rampLayer(ramp: Ramp | null, theme: Theme, origin: Origin): unknown[] {
  if (ramp === null) return [];
  const stops = ramp.stops.map((color, index) => ({ offset: index / (ramp.stops.length - 1), color }));
  const x = round(ramp.x - origin.x);
  const y = round(ramp.y - origin.y);
  return [
    {
      data: { values: [{}] },
      mark: {
        type: "rect",
        aria: false,
        x,
        y,
        x2: round(x + ramp.width),
        y2: round(y + ramp.height),
        fill: { gradient: "linear", x1: 0, y1: 0, x2: 1, y2: 0, stops },
        stroke: theme.colour.lineStrong,
        strokeWidth: theme.line.axis / 1.5,
      },
    },
  ];
}
