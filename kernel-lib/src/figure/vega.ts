/** Vega 6 and Vega-Lite 6 in the kernel: a Vega-Lite specification becomes SVG, without a canvas or a browser.
 *  They come from build/vega.cjs, one CommonJS file that kernel-lib/bundle.mjs makes (its head says why). */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { PatchbayError } from "../errors";
import type { VegaLiteSpec } from "../view/heatmap-types";

interface Vega {
  compile(spec: VegaLiteSpec, options: { logger: Logger }): { spec: unknown };
  parse(spec: unknown): unknown;
  View: new (runtime: unknown, options: { renderer: "none"; logger: Logger }) => { toSVG(): Promise<string> };
}
interface Logger {
  level(): Logger;
  error(...message: unknown[]): Logger;
  warn(...message: unknown[]): Logger;
  info(...message: unknown[]): Logger;
  debug(...message: unknown[]): Logger;
}

/** The same two folders up from src/figure and from dist/figure. */
const BUNDLE = path.join(__dirname, "..", "..", "build", "vega.cjs");

/** The picture of a specification as SVG text, as Vega writes it: sizes in pixels, text as text.
 *  @throws PatchbayError when Vega finds the specification wrong, or was not built
 *  @example await vegaSvg(heatmapSpec(view, themes.print, { width: 312 })) */
export async function vegaSvg(spec: VegaLiteSpec): Promise<string> {
  const vega = load();
  const complaints: string[] = [];
  const logger = collector(complaints);
  const { spec: compiled } = vega.compile(spec, { logger });
  const svg = await new vega.View(vega.parse(compiled), { renderer: "none", logger }).toSVG();
  if (complaints.length > 0) {
    throw new PatchbayError({
      thing: "figure: specification",
      value: complaints[0],
      rule: "must be drawn without a complaint of Vega's",
      wayOut: "If you changed the specification, look at the field named here",
    });
  }
  return stableIds(svg);
}

/** Vega counts gradients and clips over the life of the process: count them again from 0 within this picture, so that
 *  the same specification always gives the same text. */
function stableIds(svg: string): string {
  const ids = [...new Set(Array.from(svg.matchAll(/<(?:linearGradient|clipPath) id="([^"]+)"/g), (match) => match[1]))];
  return ids.reduce(
    (text, id, at) => text.replaceAll(`"${id}"`, `"def${at}"`).replaceAll(`#${id})`, `#def${at})`),
    svg,
  );
}

function load(): Vega {
  if (existsSync(BUNDLE)) return createRequire(__filename)(BUNDLE) as Vega;
  throw new PatchbayError({
    thing: "figure: build/vega.cjs",
    rule: "must be there to draw a figure",
    wayOut: "Run: npm run build",
  });
}

/** Warnings count as errors: a figure that Vega had to guess at is not what was asked for. */
function collector(complaints: string[]): Logger {
  const logger: Logger = {
    level: () => logger,
    error: (...message) => note(message),
    warn: (...message) => note(message),
    info: () => logger,
    debug: () => logger,
  };
  const note = (message: unknown[]) => {
    complaints.push(message.map(String).join(" "));
    return logger;
  };
  return logger;
}
