/** Figures for papers and notebooks: a view drawn headless as SVG, PNG or PDF, by the same specification that the
 *  widget shows. The same view and options give the same bytes. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SpecError } from "../errors";
import { chartSpec } from "../view/chart-spec";
import { heatmapSpec } from "../view/heatmap-spec";
import type { VegaLiteSpec } from "../view/heatmap-types";
import { pathsSvg } from "../view/paths-figure";
import { scatterSpec } from "../view/scatter-spec";
import { type Theme, themes } from "../view/theme";
import type { View } from "../view/types";
import { FIGURE_FONT, withoutMissingGlyphs } from "./fonts";
import {
  type CheckedSize,
  checkChartOptions,
  checkOptions,
  checkPathsOptions,
  checkScatterOptions,
  type FigureOptions,
} from "./options";
import { svgToPdf } from "./pdf";
import { svgToPng } from "./png";
import { vegaSvg } from "./vega";

/** A view with what is to be drawn of it. Nothing is drawn before one of its methods is called; each takes options
 *  that change the figure's own for that one file. */
export interface Figure {
  readonly view: View;
  /** The Vega-Lite 6 specification: yours to change and to draw elsewhere; null for a path graph, which draws itself. */
  readonly spec: VegaLiteSpec | null;
  /** A draft for the caption. It stands beside the figure, never in it. */
  readonly caption: string;
  /** SVG as text, its words real text. Throws SpecError for a wrong option. */
  svg(options?: FigureOptions): Promise<string>;
  /** PNG of `dpi` pixels an inch. Throws SpecError for a wrong option. */
  png(options?: FigureOptions): Promise<Uint8Array>;
  /** PDF with its fonts in it. Throws SpecError for a wrong option. */
  pdf(options?: FigureOptions): Promise<Uint8Array>;
}

/** A figure of `view`.
 *  @throws SpecError when an option is out of range or names what the view has not
 *  @example const svg = await figureOf(view, { width: "single-column" }).svg() */
export function figureOf(view: View, options: FigureOptions = {}): Figure {
  const merged = (more: FigureOptions = {}) => drawingOf(view, { ...options, ...more });
  return {
    view,
    spec: merged().spec,
    caption: view.caption,
    // A console shows one line, in place of every number that the view holds.
    ...{
      [Symbol.for("nodejs.util.inspect.custom")]: () =>
        `a figure, ${view.title}: see it by pb.show(), keep it by pb.save()`,
    },
    svg: async (more) => {
      const { look, svg } = merged(more);
      return finished(view, await svg(), look);
    },
    png: async (more) => {
      const { look, svg } = merged(more);
      return svgToPng(withoutMissingGlyphs(await svg()), look.dpi, {
        Title: view.title,
        Description: view.caption,
        Software: "Patchbay",
        "Patchbay spec": view.hashes.spec,
        "Patchbay result": view.hashes.result,
      });
    },
    pdf: async (more) => {
      const svg = withoutMissingGlyphs(await merged(more).svg());
      const { width, height } = sizeOf(svg);
      return svgToPdf(svg, width, height, {
        Title: view.title,
        Subject: view.caption,
        Keywords: `spec ${view.hashes.spec}, result ${view.hashes.result}`,
      });
    },
  };
}

/** Writes a figure to `file`; `.svg`, `.pdf` or `.png` says what. The file appears whole or not at all.
 *  @throws SpecError when the name ends otherwise
 *  @example await saveFigure(figure, "fig2.pdf", { width: "single-column" }) */
export async function saveFigure(figure: Figure, file: string, options: FigureOptions = {}): Promise<void> {
  const format = path.extname(file).toLowerCase();
  if (format !== ".svg" && format !== ".pdf" && format !== ".png") {
    throw new SpecError({ thing: "figure: file", value: file, rule: "must end in .svg, .pdf or .png" });
  }
  const method = format === ".svg" ? "svg" : format === ".pdf" ? "pdf" : "png";
  const content = await figure[method](options);
  const temporary = `${file}.patchbay-tmp${process.pid}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A view's picture with its options checked: its specification where it has one, and how to draw it. */
function drawingOf(
  view: View,
  options: FigureOptions,
): { look: CheckedSize; spec: VegaLiteSpec | null; svg: () => Promise<string> } {
  if (view.kind === "paths") {
    const checked = checkPathsOptions(view, options);
    const { width, height, paths } = checked;
    return { look: checked, spec: null, svg: async () => pathsSvg(view, theme(checked), { width, height }, paths) };
  }
  if (view.kind === "chart") {
    const checked = checkChartOptions(view, options);
    const { width, height, chart } = checked;
    const spec = chartSpec(view, theme(checked), { width, height }, chart);
    return { look: checked, spec, svg: () => vegaSvg(spec) };
  }
  if (view.kind === "scatter") {
    const checked = checkScatterOptions(view, options);
    const { width, height, scatter } = checked;
    const spec = scatterSpec(view, theme(checked), { width, height }, scatter);
    return { look: checked, spec, svg: () => vegaSvg(spec) };
  }
  const checked = checkOptions(view, options);
  const { width, height, heatmap } = checked;
  const spec = heatmapSpec(view, theme(checked), { width, height }, heatmap);
  return { look: checked, spec, svg: () => vegaSvg(spec) };
}

const theme = ({ theme: name }: CheckedSize): Theme => ({ ...themes[name], font: FIGURE_FONT });

/** The picture's size in CSS pixels, from its root element. */
function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}

/** Title, caption and hashes into the file; print's sizes in inches, so that programs place it at 1:1. */
function finished(view: View, svg: string, { theme: name }: CheckedSize): string {
  const { width, height } = sizeOf(svg);
  const inches = (pixels: number) => `${Number((pixels / 96).toFixed(4))}in`;
  const size = themes[name].medium === "print" ? [inches(width), inches(height)] : [width, height];
  const head = [
    `<title>${escaped(view.title)}</title>`,
    `<desc>${escaped(view.caption)}</desc>`,
    `<metadata><made xmlns="urn:patchbay:figure" spec="${escaped(view.hashes.spec)}" result="${escaped(view.hashes.result)}"/></metadata>`,
  ].join("");
  return svg
    .replace(/ width="[\d.]+" height="[\d.]+"/, ` width="${size[0]}" height="${size[1]}"`)
    .replace(/^<svg[^>]*>/, (open) => open + head);
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
