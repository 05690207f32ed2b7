/** Export of a chart. SVG, PNG and CSV are made here, from the same specification in the print theme with the pins on
 *  top, so they work without a kernel; PDF and LaTeX tables are made by the kernel when it is there. */
import { type ChartPoint, type ChartView, chartLayout, chartRect, chartSpec, journal } from "patchbay/view";
import { toSvg } from "../picture";
import { csvBlob, PNG_DPI, PX_PER_INCH, svgBlob, svgToPng, vegaLite } from "../shell/exports";
import { pinColour, printedBadge, withPins } from "../shell/frames";
import type { Export } from "../shell/types";
import { printTheme } from "../theme";
import { outset } from "./overlay";
import { type Pin, same } from "./state";
import { toCsv } from "./table";

export interface ExportScene {
  view: ChartView;
  points: readonly ChartPoint[];
  panels: readonly number[];
  pins: readonly Pin[];
}

/** Values beyond which one panel takes a double column. */
const SINGLE_COLUMN = 24;

export function chartExports(scene: ExportScene): Export[] {
  const { view, points, panels } = scene;
  return [
    { label: "SVG", note: "figure", extension: "svg", make: async () => svgBlob((await printed(scene)).svg) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => toPng(scene) },
    { label: "PDF", note: "figure", kernel: "pdf", chart: { panels } },
    { label: "CSV", note: "table", extension: "csv", make: () => csvBlob(toCsv(view, points)) },
    { label: "LaTeX", note: "table", kernel: "latex" },
    vegaLite(() => drawing(scene).spec),
  ];
}

function drawing({ view, panels }: ExportScene) {
  const theme = printTheme();
  const many =
    panels.length > 1 || view.x.labels.length * (view.mark === "bars" ? view.series.length : 1) > SINGLE_COLUMN;
  const size = { width: journal[many ? "double-column" : "single-column"] * PX_PER_INCH };
  const look = { panels, letters: panels.length > 1 };
  return { layout: chartLayout(view, theme, size, look), spec: chartSpec(view, theme, size, look) };
}

async function printed(scene: ExportScene) {
  const { view, points, pins } = scene;
  const theme = printTheme();
  const { layout, spec } = drawing(scene);
  const marks = pins.flatMap((pin) => {
    const point = points.find((other) => same(other, pin));
    const rect = point && chartRect(view, layout, point);
    if (!rect) return [];
    const { x, y, width, height } = outset(rect, 1.5);
    const frame = `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${pinColour(theme, pin)}" stroke-width="1.2"/>`;
    return [frame + printedBadge(x + width + 2, y - 2, 4.5, pin.number, theme)];
  });
  const svg = withPins(await toSvg(spec), marks);
  return { svg, width: layout.width, height: layout.height };
}

async function toPng(scene: ExportScene): Promise<Blob> {
  const { svg, width, height } = await printed(scene);
  return svgToPng(svg, width, height);
}
