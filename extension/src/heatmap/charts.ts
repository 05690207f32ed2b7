/** The two small pictures of the side panel: what a pair is made of (its layers alone and their interaction), and
 *  where every sample lies. `stack` is pure and tested; the rest turns numbers into SVG. */
import { type ColourDomain, plain, rampColour, rampPosition, signed, type Theme } from "patchbay/view";
import { svg } from "../dom";

/** One step of a waterfall: a bar from `from` to `to`, with what is written beside it. */
export interface Step {
  name: string;
  from: number;
  to: number;
  value: number;
  strong: boolean;
  low: number | null;
  high: number | null;
}

export interface Dot {
  sample: number;
  value: number;
  /** 0..1 along the axis, and how many dots lie below it. */
  at: number;
  level: number;
}

export interface DotPlot {
  low: number;
  high: number;
  dots: readonly Dot[];
  levels: number;
  missing: number;
}

const BINS = 26;
/** Most pixels that a stack of dots may grow to; then the dots shrink. */
const STACK = 96;
const ROW = 22;
const BAR = 14;
/** Dots carry their sample's name up to here; beyond, nobody could hit the right one. */
const NAMED_DOTS = 400;

/** Puts each sample's value into one of 26 bins between the extremes (0 belongs to the axis) and stacks them. */
export function stack(values: readonly (number | null)[]): DotPlot {
  const finite = values.filter((v): v is number => v !== null);
  const low = Math.min(0, ...finite);
  let high = Math.max(0, ...finite);
  if (low === high) high = low + 1;
  const heights = new Map<number, number>();
  const dots: Dot[] = [];
  values.forEach((value, sample) => {
    if (value === null) return;
    const bin = Math.round(((value - low) / (high - low)) * (BINS - 1));
    const level = heights.get(bin) ?? 0;
    heights.set(bin, level + 1);
    dots.push({ sample, value, at: bin / (BINS - 1), level });
  });
  return { low, high, dots, levels: Math.max(0, ...heights.values()), missing: values.length - dots.length };
}

/** f(i), f(j), what is left, f(ij): each bar begins where the one before it ends. */
export function waterfall(
  steps: readonly Step[],
  width: number,
  digits: number,
  domain: ColourDomain,
  theme: Theme,
): SVGSVGElement {
  const nameWidth = 74;
  const numberWidth = 52;
  const extremes = steps.flatMap((s) => [s.from, s.to, s.low ?? s.to, s.high ?? s.to]);
  const low = Math.min(0, ...extremes);
  const high = Math.max(0, ...extremes, low + 1e-9);
  const x = (v: number) => nameWidth + ((v - low) / (high - low)) * Math.max(40, width - nameWidth - numberWidth);
  const height = steps.length * ROW + 4;
  const stops = domain.signed ? theme.ramps.diverging : theme.ramps.sequential;
  const nodes: SVGElement[] = [];
  steps.forEach((step, row) => {
    const y = 4 + row * ROW;
    const [left, right] = [x(Math.min(step.from, step.to)), x(Math.max(step.from, step.to))];
    const strong = step.strong ? " pb-strong" : "";
    nodes.push(
      svg(
        "text",
        { class: `pb-tick-text pb-main-text${strong}`, x: nameWidth - 8, y: y + 11, "text-anchor": "end" },
        step.name,
      ),
    );
    const bar = svg("rect", { class: "pb-step pb-data", x: left, y, width: Math.max(2, right - left), height: BAR });
    bar.style.fill = rampColour(stops, rampPosition(domain, step.value));
    nodes.push(bar);
    if (row < steps.length - 1)
      nodes.push(svg("path", { class: "pb-joint", d: `M${x(step.to)} ${y + BAR}V${y + ROW}` }));
    let edge = right;
    if (step.low !== null && step.high !== null) {
      const [a, b, middle] = [x(step.low), x(step.high), y + BAR / 2];
      const d = `M${a} ${middle}H${b}M${a} ${middle - 3}v6M${b} ${middle - 3}v6`;
      nodes.push(svg("path", { class: "pb-whisker-halo", d }), svg("path", { class: "pb-whisker", d }));
      edge = Math.max(edge, b);
    }
    nodes.push(
      svg("text", { class: `pb-tick-text pb-main-text${strong}`, x: edge + 6, y: y + 11 }, signed(step.value, digits)),
    );
  });
  nodes.push(svg("path", { class: "pb-axis-line", d: `M${x(0)} 0V${height - 4}` }));
  const said = steps.map((s) => `${s.name} ${signed(s.value, digits)}`).join(", ");
  return svg("svg", { class: "pb-chart", width, height, role: "img", "aria-label": said }, ...nodes);
}

/** Dots for each sample over an axis that holds 0, and the mean as a line. */
export function dotPlot(
  plot: DotPlot,
  mean: number,
  options: { width: number; digits: number; label: string; withSign: boolean; names: readonly string[] },
): SVGSVGElement {
  const { width, digits, label, withSign, names } = options;
  const [left, right] = [14, width - 14];
  const pitch = Math.min(5.2, STACK / Math.max(1, plot.levels));
  const base = Math.max(58, 12 + plot.levels * pitch);
  const x = (share: number) => left + share * (right - left);
  const nodes: SVGElement[] = [svg("path", { class: "pb-axis-line", d: `M${left} ${base}H${right}` })];
  for (const dot of plot.dots) {
    const node = svg("circle", {
      class: "pb-sample-dot",
      "data-sample": dot.sample,
      cx: x(dot.at),
      cy: base - 5 - dot.level * pitch,
      r: Math.min(2.3, Math.max(0.8, pitch / 2)),
    });
    if (plot.dots.length <= NAMED_DOTS)
      node.append(
        svg(
          "title",
          {},
          `${names[dot.sample] ?? `sample ${dot.sample}`}: ${(withSign ? signed : plain)(dot.value, digits)}`,
        ),
      );
    nodes.push(node);
  }
  const meanX = x((mean - plot.low) / (plot.high - plot.low));
  nodes.push(svg("path", { class: "pb-mean-line", d: `M${meanX} 4V${base + 3}` }));
  const ends: [number, string][] = [
    [plot.low, "start"],
    [plot.high, "end"],
  ];
  const zero = (0 - plot.low) / (plot.high - plot.low);
  if (zero > 0.2 && zero < 0.8) ends.splice(1, 0, [0, "middle"]);
  for (const [value, anchor] of ends) {
    const share = (value - plot.low) / (plot.high - plot.low);
    nodes.push(
      svg(
        "text",
        { class: "pb-tick-text", x: x(share), y: base + 14, "text-anchor": anchor },
        value === 0 ? "0" : (withSign ? signed : plain)(value, digits),
      ),
    );
  }
  nodes.push(
    svg("text", { class: "pb-tick-text", x: (left + right) / 2, y: base + 27, "text-anchor": "middle" }, label),
  );
  const missing = plot.missing > 0 ? `, ${plot.missing} without a value` : "";
  const said = `${plot.dots.length} samples from ${plain(Math.min(...plot.dots.map((d) => d.value)), digits)} to ${plain(Math.max(...plot.dots.map((d) => d.value)), digits)}${missing}`;
  return svg("svg", { class: "pb-chart", width, height: base + 32, role: "img", "aria-label": said }, ...nodes);
}
