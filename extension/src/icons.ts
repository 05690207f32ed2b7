/** The icons: 16 px grid, 1.5 px strokes in the text's colour, hidden from screen readers. */

const PATHS = {
  chevronUp: "M4 10l4-4 4 4",
  chevronDown: "M4 6l4 4 4-4",
  chevronRight: "M6 4l4 4-4 4",
  more: "M3.5 8a.5.5 0 11-1 0 .5.5 0 011 0zM8.5 8a.5.5 0 11-1 0 .5.5 0 011 0zM13.5 8a.5.5 0 11-1 0 .5.5 0 011 0z",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6 6.5v6",
  grid: "M2.5 2.5h11v11h-11zM2.5 8h11M8 2.5v11",
  export: "M8 2.5v7M5 6.5l3 3 3-3M3 12.5h10",
  link: "M6.5 9.5l3-3M5 7.5L3.8 8.7a2.4 2.4 0 003.4 3.4L8.5 11M11 8.5l1.2-1.2a2.4 2.4 0 00-3.4-3.4L7.5 5",
  code: "M5.5 5L2.5 8l3 3M10.5 5l3 3-3 3",
  find: "M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.5 10.5l3 3",
  stop: "M4.5 4.5h7v7h-7z",
  play: "M5 3.5l7 4.5-7 4.5z",
  check: "M3.5 8.5l3 3 6-7",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  warning: "M8 2.5l6 10.5H2zM8 6.5v3M8 11.3v.01",
  refresh: "M13 8a5 5 0 11-1.5-3.5L13 6M13 3v3h-3",
  cross: "M4 4l8 8M12 4l-8 8",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 100-3.6 1.8 1.8 0 000 3.6z",
  eyeOff:
    "M3 4.8C2 6 1.5 8 1.5 8S4 12.2 8 12.2c1 0 1.9-.3 2.7-.7M6 4.1A6 6 0 018 3.8c4 0 6.5 4.2 6.5 4.2s-.5 1-1.6 2.1M2.5 2.5l11 11",
  lock: "M4.5 7.5h7v5.5h-7zM5.7 7.5V5.6a2.3 2.3 0 014.6 0v1.9",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName): SVGSVGElement {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("class", "pb-icon");
  node.setAttribute("viewBox", "0 0 16 16");
  node.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  node.append(path);
  return node;
}

/** base: ring, SFT: half disc, DPO: disc; so that stages differ without their colours. */
export function stageGlyph(stage: "base" | "sft" | "dpo"): SVGSVGElement {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("class", `pb-stage-glyph pb-stage-${stage}`);
  node.setAttribute("viewBox", "0 0 12 12");
  node.setAttribute("aria-hidden", "true");
  const circle = document.createElementNS(SVG, "circle");
  for (const name of ["cx", "cy"]) circle.setAttribute(name, "6");
  circle.setAttribute("r", stage === "dpo" ? "5" : "4.25");
  circle.setAttribute("class", stage === "dpo" ? "pb-filled" : "pb-ring");
  node.append(circle);
  if (stage === "sft") {
    const half = document.createElementNS(SVG, "path");
    half.setAttribute("d", "M6 1.75a4.25 4.25 0 0 1 0 8.5z");
    half.setAttribute("class", "pb-filled");
    node.append(half);
  }
  return node;
}

export const STAGE_NAMES = { base: "base", sft: "SFT", dpo: "DPO" } as const;
