/** Everything that moves over a heatmap, as one SVG above the Vega picture: hover frame, bold ticks, linked marks,
 *  selection, pins, keyboard cursor, matches. Hovering changes only this, never the picture.
 *  Each frame keeps its own distance from the cell's edge, so that all can show at once. */
import { cellRect, type HeatmapLayout, type Rect, type Theme } from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import { type Extent, type Marks, type Pin, type Place, type Spot, sameSpot } from "./state";

export interface OverlayScene {
  layout: HeatmapLayout;
  theme: Theme;
  extent: Extent;
  marks: Marks;
  hover: Place | null;
  /** null while the widget has no keyboard focus. */
  cursor: Place | null;
  linked: readonly Spot[];
  /** Found by the search field. */
  matches: readonly Spot[];
}

/** Pixels outside the cell's edge (negative: inside), to the middle of the line. */
const OUTSET = { pin: -2, hover: 0.75, linked: 0.75, match: -1.5, selection: 1.75 };
const cursorOutset = (pitch: number) => (pitch > 30 ? 4.5 : 3.5);
/** Badges shrink with the cells, but their numeral stays at 10 px or more where the cell allows it. */
const badgeRadius = (pitch: number) => (pitch >= 30 ? 7 : 6.5);

export function outset(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

export class Overlay {
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" });

  update(scene: OverlayScene): void {
    const { layout, marks, hover, cursor } = scene;
    const nodes: SVGElement[] = [];
    const everyPanel = (spots: readonly Spot[], draw: (rect: Rect, spot: Spot) => SVGElement[]) => {
      for (let panel = 0; panel < layout.panels.length; panel++)
        for (const spot of spots) nodes.push(...draw(cellRect(layout, panel, spot.x, spot.y), spot));
    };
    const isHover = (spot: Spot) => hover !== null && sameSpot(hover, spot);

    if (marks.selection.length > 1) nodes.push(...this.veil(scene));
    everyPanel(scene.matches, (rect) => frame("match", outset(rect, OUTSET.match)));
    everyPanel(marks.pins, (rect, spot) => {
      const [halo, line] = frame("pin", outset(rect, OUTSET.pin));
      line.style.stroke = pinColour(scene.theme, spot as Pin);
      return [halo, line];
    });
    everyPanel(
      scene.linked.filter((s) => !isHover(s)),
      (rect) => frame("linked", outset(rect, OUTSET.linked)),
    );
    if (hover)
      for (let panel = 0; panel < layout.panels.length; panel++)
        nodes.push(
          ...frame(
            panel === hover.panel ? "hover" : "linked",
            outset(cellRect(layout, panel, hover.x, hover.y), OUTSET.hover),
          ),
        );
    if (marks.selection.length > 0)
      for (let panel = 0; panel < layout.panels.length; panel++) nodes.push(...outline(layout, panel, marks.selection));
    if (cursor)
      nodes.push(...corners(outset(cellRect(layout, cursor.panel, cursor.x, cursor.y), cursorOutset(layout.pitch))));
    everyPanel(marks.pins, (rect, spot) =>
      badge(rect.x + rect.width - 2, rect.y + 2, (spot as Pin).number, scene.theme, badgeRadius(layout.pitch)),
    );
    nodes.push(...boldTicks(scene));
    this.node.replaceChildren(...nodes);
  }

  /** Lays the surface colour over what is outside a selection of several cells. */
  private veil({ layout, marks, extent }: OverlayScene): SVGElement[] {
    const veils: SVGElement[] = [];
    for (let panel = 0; panel < layout.panels.length; panel++)
      for (let y = 0; y < extent.ny; y++)
        for (let x = 0; x < extent.nx; x++)
          if (extent.exists(x, y) && !marks.selection.some((s) => s.x === x && s.y === y))
            veils.push(rectNode("pb-veil", cellRect(layout, panel, x, y)));
    return veils;
  }
}

function rectNode(className: string, { x, y, width, height }: Rect): SVGRectElement {
  return svg("rect", { class: className, x, y, width, height });
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
          { class: "pb-bold-tick", x: tick.x, y: tick.y, "text-anchor": tick.anchor, "dominant-baseline": "central" },
          tick.text,
        ),
      ),
  );
}
