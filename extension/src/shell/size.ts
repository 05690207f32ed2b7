/** How much room there is: the width class of an output, and what the side panel takes. */
import type { WidthClass } from "./types";

/** Widths of the output from which the next roomier layout fits. */
const WIDE = 760;
const MIDDLE = 480;
const NARROW = 240;
/** Least width of the side panel, its rule included. */
export const SIDE = 246;
/** Inside the side panel: its padding on both sides and the rule. */
export const SIDE_PADDING = 25;
/** Charts in the side panel grow no wider. */
const WIDEST_CHART = 320;
/** Tallest picture, as a share of the window, and never under 320 px. */
const TALL = 0.8;
const LEAST_HEIGHT = 320;

export function widthClass(width: number): WidthClass {
  return width >= WIDE ? "wide" : width >= MIDDLE ? "middle" : width >= NARROW ? "narrow" : "tiny";
}

export const pictureHeight = (windowHeight: number): number => Math.max(LEAST_HEIGHT, Math.round(windowHeight * TALL));

/** What a chart in the side panel may take; `beside`: pixels that the stage leaves, null when the panel is folded. */
export const chartWidth = (width: number, beside: number | null): number =>
  Math.min(WIDEST_CHART, Math.max(200, (beside === null ? width : Math.max(SIDE, beside)) - SIDE_PADDING));
