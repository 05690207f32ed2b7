/** Marks that look alike in every kind: pin colours and badges, the keyboard's brackets, bold labels. */
import type { Rect, Theme } from "patchbay/view";
import { el, svg } from "../dom";

export const pinColour = (theme: Theme, pin: { number: number }): string =>
  theme.ramps.pin[(pin.number - 1) % theme.ramps.pin.length];

/** A pin's numeral in a list. */
export function pinBadge(theme: Theme, number: number): HTMLElement {
  const node = el("span", { class: "pb-pin-badge" }, String(number));
  node.style.background = pinColour(theme, { number });
  node.style.color = theme.ramps.onPin;
  return node;
}

/** A pin's numeral over the picture. */
export function badge(x: number, y: number, number: number, theme: Theme, radius = 7): SVGElement[] {
  const disc = svg("circle", { class: "pb-badge-disc", cx: x, cy: y, r: radius });
  disc.style.fill = pinColour(theme, { number });
  const text = svg("text", { class: "pb-badge-numeral", x, y: y + radius * 0.5 }, String(number));
  text.style.fill = theme.ramps.onPin;
  text.style.fontSize = `${Math.max(10, radius * 1.4)}px`;
  return [disc, text];
}

/** The same in an exported SVG; only numbers and our own colours go in, so nothing needs escaping. */
export function printedBadge(x: number, y: number, radius: number, number: number, print: Theme): string {
  return (
    `<circle cx="${x}" cy="${y}" r="${radius}" fill="${pinColour(print, { number })}" stroke="#ffffff" stroke-width="0.8"/>` +
    `<text x="${x}" y="${y + radius * 0.42}" text-anchor="middle" font-family="${print.font.replaceAll('"', "'")}" font-weight="bold" font-size="${radius * 1.3}" fill="#ffffff">${number}</text>`
  );
}

/** Writes what stands over the picture into an exported SVG. */
export function withPins(svgText: string, pins: readonly string[]): string {
  const end = svgText.lastIndexOf("</svg>");
  return `${svgText.slice(0, end)}<g aria-label="pins">${pins.join("")}</g>${svgText.slice(end)}`;
}

/** The keyboard cursor: four corners, each with two arms. */
export function brackets({ x, y, width, height }: Rect, arm: number): SVGElement[] {
  const [right, bottom] = [x + width, y + height];
  const d =
    `M${x} ${y + arm}V${y}H${x + arm}M${right - arm} ${y}H${right}V${y + arm}` +
    `M${right} ${bottom - arm}V${bottom}H${right - arm}M${x + arm} ${bottom}H${x}V${bottom - arm}`;
  return [svg("path", { class: "pb-halo pb-halo-cursor", d }), svg("path", { class: "pb-frame pb-frame-cursor", d })];
}
