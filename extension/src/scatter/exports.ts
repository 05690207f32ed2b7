/** Export of a scatter. SVG, PNG and the points' CSV are made here, from the specification in the print theme with the
 *  pins on top, so they work without a kernel; PDF and the table of accuracies are made by the kernel. */
import {
  journal,
  type ScatterLayout,
  type ScatterOptions,
  type ScatterView,
  scatterLayout,
  scatterSpec,
  themes,
} from "patchbay/view";
import { toSvg } from "../picture";
import { csvBlob, PNG_DPI, PX_PER_INCH, svgBlob, svgToPng, vegaLite } from "../shell/exports";
import { pinColour, printedBadge, withPins } from "../shell/frames";
import type { Export } from "../shell/types";
import type { Pin } from "./state";
import { toCsv } from "./table";

export interface ExportScene {
  view: ScatterView;
  options: ScatterOptions;
  pins: readonly Pin[];
  selected: ReadonlySet<number>;
}

/** Classes whose names fit into a single column. */
const SINGLE_COLUMN = 8;

export function scatterExports(scene: ExportScene): Export[] {
  const { view, options, selected } = scene;
  const { layer, site, method, axes } = options;
  return [
    { label: "SVG", note: "figure", extension: "svg", make: async () => svgBlob((await printed(scene)).svg) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => toPng(scene) },
    { label: "PDF", note: "figure", kernel: "pdf", figure: { layer, site, method, axes } },
    { label: "CSV", note: "points", extension: "csv", make: () => csvBlob(toCsv(view, options, selected)) },
    { label: "CSV", note: "accuracy by layer", kernel: "csv" },
    { label: "LaTeX", note: "accuracy by layer", kernel: "latex" },
    vegaLite(() => drawing(scene).spec),
  ];
}

function drawing({ view, options }: ExportScene) {
  const width = journal[view.classes.length > SINGLE_COLUMN ? "double-column" : "single-column"] * PX_PER_INCH;
  return {
    layout: scatterLayout(view, themes.print, { width }, options),
    spec: scatterSpec(view, themes.print, { width }, options),
  };
}

async function printed(scene: ExportScene) {
  const { layout, spec } = drawing(scene);
  const svg = await toSvg(spec);
  return { svg: withPins(svg, pinSvg(layout, scene.pins)), width: layout.width, height: layout.height };
}

async function toPng(scene: ExportScene): Promise<Blob> {
  const { svg, width, height } = await printed(scene);
  return svgToPng(svg, width, height);
}

function pinSvg({ points, radius }: ScatterLayout, pins: readonly Pin[]): string[] {
  return pins.flatMap((pin) => {
    const [x, y] = [points[2 * pin.point] as number, points[2 * pin.point + 1] as number];
    if (!Number.isFinite(x + y)) return [];
    const colour = pinColour(themes.print, pin);
    const ring = `<circle cx="${x}" cy="${y}" r="${radius + 2}" fill="none" stroke="${colour}" stroke-width="1.2"/>`;
    return [ring + printedBadge(x + radius + 3, y - radius - 3, 4.5, pin.number, themes.print)];
  });
}
