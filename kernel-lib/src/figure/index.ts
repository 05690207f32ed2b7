/** Figures as files. */
export { type Figure, figureOf, saveFigure } from "./figure";
export type { FigureOptions } from "./options";
