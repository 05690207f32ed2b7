/** Hosts a Vega-Lite specification: our own Vega with the AST interpreter, so nothing is evaluated from strings and a
 *  strict content security policy holds. A new picture is drawn aside and swapped in whole, so nothing flickers. */
import type { VegaLiteSpec } from "patchbay/view";
import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

type Renderer = "svg" | "canvas";

function viewOf(spec: VegaLiteSpec, renderer: Renderer | "none", container: HTMLElement | undefined): View {
  const logger = { level: () => logger, error: silent, warn: silent, info: silent, debug: silent };
  const compiled = compile(spec as unknown as TopLevelSpec, { logger: logger as never }).spec;
  return new View(parse(compiled, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer,
    container,
    hover: false,
    logLevel: 0,
  } as ConstructorParameters<typeof View>[1]);
}
const silent = () => undefined as never;

export class Picture {
  readonly node = document.createElement("div");
  private view: View | null = null;
  private wanted: { spec: VegaLiteSpec; renderer: Renderer } | null = null;
  private drawing: Promise<void> | null = null;
  private gone = false;

  constructor() {
    this.node.className = "pb-picture pb-data";
    // The read-out and the table say what is drawn.
    this.node.setAttribute("aria-hidden", "true");
  }

  /** Draws `spec`; when more arrive while one is drawn, only the newest is drawn next. */
  show(spec: VegaLiteSpec, renderer: Renderer): Promise<void> {
    this.wanted = { spec, renderer };
    this.drawing ??= this.drain().finally(() => {
      this.drawing = null;
    });
    return this.drawing;
  }

  private async drain(): Promise<void> {
    while (this.wanted && !this.gone) {
      const { spec, renderer } = this.wanted;
      this.wanted = null;
      const holder = document.createElement("div");
      const view = viewOf(spec, renderer, holder);
      await view.runAsync();
      if (this.gone) {
        view.finalize();
        return;
      }
      this.view?.finalize();
      this.view = view;
      this.node.replaceChildren(holder);
    }
  }

  dispose(): void {
    this.gone = true;
    this.wanted = null;
    this.view?.finalize();
    this.view = null;
    this.node.replaceChildren();
  }
}

/** The picture as SVG text. */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  const view = viewOf(spec, "none", undefined);
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** The picture as a canvas with `scale` device pixels per CSS pixel. */
export async function toCanvas(spec: VegaLiteSpec, scale: number): Promise<HTMLCanvasElement> {
  const view = viewOf(spec, "none", undefined);
  try {
    return await view.toCanvas(scale);
  } finally {
    view.finalize();
  }
}
