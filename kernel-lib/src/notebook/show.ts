/** `pb.show` and `pb.figure`: the two ways to look at what was measured. */
import { type Figure, type FigureOptions, figureOf } from "../figure";
import { follow } from "./live";
import { remember } from "./shown";
import { isFigure, type Showable, sourcesOf, type ViewChoice, wholeView } from "./sources";

/** Shows a run (live: it fills in while it runs), a result, several results side by side, several path traces of
 *  the same prompts with a switch between them (k = 1, 2, 3; base, SFT, DPO), several geometries below each other, a
 *  figure or a saved view, as an interactive widget below the cell. Outside a notebook it prints text when the numbers
 *  are there.
 *  @throws SpecError for anything else; ResultError when results side by side do not have the same layers,
 *  or traces the same prompts.
 *
 *  @example
 *  const run = pb.patchSweep(model, { task: "capital" });
 *  pb.show(run);
 *  const result = await run; */
export function show(value: Showable, options: ViewChoice = {}): void {
  for (const source of sourcesOf(value, options)) {
    remember(source);
    follow(source);
  }
}

/** A figure of a result (or of a run so far, results side by side, a view): its `svg()`, `png()`, `pdf()` draw it,
 *  `spec` is its Vega-Lite specification, `caption` a draft of its caption; `save` writes it.
 *  @throws SpecError when an option is out of range or names what the view has not.
 *
 *  @example
 *  const figure = pb.figure(result, { width: "single-column" });
 *  await pb.save(figure, "fig2.pdf"); */
export function figure(value: Showable, options: FigureOptions = {}): Figure {
  return figureOf(isFigure(value) ? value.view : wholeView(value), options);
}
