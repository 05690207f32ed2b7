/** Everything that moves over a heatmap, as one SVG above the Vega picture: hover frame, bold ticks, linked marks,
 *  selection, pins, keyboard cursor, matches. Hovering changes only this, never the picture.
 *  Each frame keeps its own distance from the cell's edge, so that all can show at once. */
import { cellRect, type HeatmapLayout, inWindow, type Rect, type Theme } from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import { Fresh } from "./fresh";
import { type Extent, type Marks, type Place, type Spot, sameSpot } from "./state";
import type { LinkedBox } from "./words";

export interface OverlayScene {
  layout: HeatmapLayout;
  theme: Theme;
  extent: Extent;
  marks: Marks;
  hover: Place | null;
  /** null while the widget has no keyboard focus. */
  cursor: Place | null;
  linked: readonly LinkedBox[];
  /** Found by the search field. */
  matches: readonly Spot[];
}

/** Pixels outside the cell's edge (negative: inside), to the middle of the line. */
const OUTSET = { pin: -2, hover: 0.75, linked: 0.75, match: -1.5, selection: 1.75 };
/** Between the cells and the lines that say which part of the whole they are. */
const EXTENT = 3;
const cursorOutset = (pitch: number) => (pitch > 30 ? 4.5 : 3.5);
/** Badges shrink with the cells, but their numeral stays at 10 px or more where the cell allows it. */
const badgeRadius = (pitch: number) => (pitch >= 30 ? 7 : 6.5);

export function outset(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

export class Overlay {
  private readonly moving = svg("g");
  readonly fresh = new Fresh();
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" }, this.fresh.node, this.moving);

  update(scene: OverlayScene): void {
    const { layout, marks, hover, cursor } = scene;
    const nodes: SVGElement[] = [];
    const everyPanel = <S extends Spot>(spots: readonly S[], draw: (rect: Rect, spot: S) => SVGElement[]) => {
      for (let panel = 0; panel < layout.panels.length; panel++)
        for (const spot of spots)
          if (inWindow(layout, spot.x, spot.y)) nodes.push(...draw(cellRect(layout, panel, spot.x, spot.y), spot));
    };
    const isHover = (spot: Spot) => hover !== null && sameSpot(hover, spot);

    nodes.push(...extents(layout));
    if (marks.selection.length > 1) nodes.push(...this.veil(scene));
    everyPanel(scene.matches, (rect) => frame("match", outset(rect, OUTSET.match)));
    everyPanel(marks.pins, (rect, spot) => {
      const [halo, line] = frame("pin", outset(rect, OUTSET.pin));
      line.style.stroke = pinColour(scene.theme, spot);
      return [halo, line];
    });
    for (let panel = 0; panel < layout.panels.length; panel++)
      for (const box of scene.linked) if (!isHover(box)) nodes.push(...linkedFrame(layout, panel, box));
    if (hover)
      for (let panel = 0; panel < layout.panels.length; panel++)
        nodes.push(
          ...frame(
            panel === hover.panel ? "hover" : "linked",
            outset(cellRect(layout, panel, hover.x, hover.y), OUTSET.hover),
          ),
        );
    const drawn = marks.selection.filter(({ x, y }) => inWindow(layout, x, y));
    if (drawn.length > 0)
      for (let panel = 0; panel < layout.panels.length; panel++) nodes.push(...outline(layout, panel, drawn));
    if (cursor)
      nodes.push(...corners(outset(cellRect(layout, cursor.panel, cursor.x, cursor.y), cursorOutset(layout.pitch))));
    everyPanel(marks.pins, (rect, spot) =>
      badge(rect.x + rect.width - 2, rect.y + 2, spot.number, scene.theme, badgeRadius(layout.pitch)),
    );
    nodes.push(...boldTicks(scene));
    this.moving.replaceChildren(...nodes);
  }

  /** Lays the surface colour over what is outside a selection of several cells. */
  private veil({ layout, marks, extent }: OverlayScene): SVGElement[] {
    const selected = new Set(marks.selection.map(({ x, y }) => y * extent.nx + x));
    const { x0, x1, y0, y1 } = layout.window;
    // One path for all of them: a selection in 64 layers would make thousands of nodes at every move.
    const d: string[] = [];
    for (let panel = 0; panel < layout.panels.length; panel++)
      for (let y = y0; y <= y1; y++)
        for (let x = x0; x <= x1; x++) {
          if (!extent.exists(x, y) || selected.has(y * extent.nx + x)) continue;
          const rect = cellRect(layout, panel, x, y);
          d.push(`M${rect.x} ${rect.y}h${rect.width}v${rect.height}h${-rect.width}z`);
        }
    return [svg("path", { class: "pb-veil", d: d.join("") })];
  }
}

/** Along the axes of what is zoomed in on: which part of the whole it is. */
function extents({ panels, window, nx, ny }: HeatmapLayout): SVGElement[] {
  const { x0, x1, y0, y1 } = window;
  if (x1 - x0 + 1 === nx && y1 - y0 + 1 === ny) return [];
  const line = (look: string, d: string) => svg("path", { class: `pb-extent ${look}`, d });
  return panels.flatMap(({ x, y, width, height, showsY }) => {
    const [under, beside] = [y + height + EXTENT, x - EXTENT];
    const across = (from: number, to: number) => `M${x + (width * from) / nx} ${under}H${x + (width * to) / nx}`;
    const up = (from: number, to: number) =>
      `M${beside} ${y + height - (height * from) / ny}V${y + height - (height * to) / ny}`;
    return [
      line("pb-extent-whole", across(0, nx) + (showsY ? up(0, ny) : "")),
      line("pb-extent-part", across(x0, x1 + 1) + (showsY ? up(y0, y1 + 1) : "")),
    ];
  });
}

function rectNode(className: string, { x, y, width, height }: Rect): SVGRectElement {
  return svg("rect", { class: className, x, y, width, height });
}

/** A cell, a row or a column that another view points at, as far as it is drawn. */
function linkedFrame(layout: HeatmapLayout, panel: number, box: LinkedBox): SVGElement[] {
  const { x0, x1, y0, y1 } = layout.window;
  const [left, right] = [Math.max(box.x, x0), Math.min(box.x1, x1)];
  const [bottom, top] = [Math.max(box.y, y0), Math.min(box.y1, y1)];
  if (left > right || bottom > top) return [];
  const [a, b] = [cellRect(layout, panel, left, top), cellRect(layout, panel, right, bottom)];
  const rect = { x: a.x, y: a.y, width: b.x + b.width - a.x, height: b.y + b.height - a.y };
  return frame("linked", outset(rect, OUTSET.linked));
}

function frame(kind: string, rect: Rect): [SVGElement, SVGElement] {
  return [rectNode(`pb-halo pb-halo-${kind}`, rect), rectNode(`pb-frame pb-frame-${kind}`, rect)];
}

const corners = (rect: Rect): SVGElement[] => brackets(rect, Math.max(4, rect.width * 0.26));

/** One line around all selected cells: each cell's edges that no other selected cell shares. */
function outline(layout: HeatmapLayout, panel: number, spots: readonly Spot[]): SVGElement[] {
  const taken = new Set(spots.map(({ x, y }) => `${x},${y}`));
  const d = spots
    .map(({ x, y }) => {
      const free = (dx: number, dy: number) => !taken.has(`${x + dx},${y + dy}`);
      const cell = cellRect(layout, panel, x, y);
      // Towards a selected neighbour the line runs on over half of the gap.
      const reach = (side: boolean) => (side ? OUTSET.selection : layout.gap / 2);
      const [left, right] = [cell.x - reach(free(-1, 0)), cell.x + cell.width + reach(free(1, 0))];
      const [top, bottom] = [cell.y - reach(free(0, 1)), cell.y + cell.height + reach(free(0, -1))];
      return [
        free(0, 1) && `M${left} ${top}H${right}`,
        free(0, -1) && `M${left} ${bottom}H${right}`,
        free(-1, 0) && `M${left} ${top}V${bottom}`,
        free(1, 0) && `M${right} ${top}V${bottom}`,
      ]
        .filter(Boolean)
        .join("");
    })
    .join("");
  return [
    svg("path", { class: "pb-halo pb-halo-selection", d }),
    svg("path", { class: "pb-frame pb-frame-selection", d }),
  ];
}

/** Labels of the rows and columns in play, written again in bold; also those that the axis leaves out. */
function boldTicks({ layout, hover, cursor, linked, marks }: OverlayScene): SVGElement[] {
  const spots: Spot[] = hover
    ? [hover]
    : cursor
      ? [cursor]
      : linked.length > 0
        ? [...linked]
        : marks.selection.slice(0, 1);
  return spots.flatMap((spot) =>
    layout.ticks
      .filter((tick) => tick.index === (tick.axis === "x" ? spot.x : spot.y))
      .map((tick) =>
        svg(
          "text",
          {
            class: "pb-bold-tick",
            x: tick.x,
            y: tick.y,
            "text-anchor": tick.anchor,
            "dominant-baseline": "central",
            transform: tick.angle === 0 ? null : `rotate(${tick.angle} ${tick.x} ${tick.y})`,
          },
          tick.text,
        ),
      ),
  );
}
