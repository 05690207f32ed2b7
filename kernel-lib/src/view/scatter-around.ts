/** What stands around a scatter's points: grid, ticks, axis titles, the means with the lines to their names. */
import { textWidth } from "./format";
import { type Marks, noMarks, text } from "./marks";
import type { ScatterLayout } from "./scatter-layout";
import type { ScatterOptions } from "./scatter-types";
import type { Theme } from "./theme";

/** Grid and ticks. */
export function groundMarks({ plot, xTicks, yTicks, compact }: ScatterLayout, theme: Theme): Marks {
  const marks = noMarks();
  const { tick } = theme.size;
  const rule = (value: number) => ({ colour: theme.colour.line, width: value === 0 ? 1 : 0.5, dash: false });
  const letters = { size: tick, colour: theme.colour.text2 };
  for (const { value, at, text: words } of xTicks) {
    marks.rules.push({ x: at, x2: at, y: plot.y, y2: plot.y + plot.height, ...rule(value) });
    if (!compact)
      marks.texts.push(text(at, plot.y + plot.height + tick * 1.36, words, { ...letters, align: "center" }));
  }
  for (const { value, at, text: words } of yTicks) {
    marks.rules.push({ x: plot.x, x2: plot.x + plot.width, y: at, y2: at, ...rule(value) });
    if (!compact) marks.texts.push(text(plot.x - tick * 0.6, at + tick * 0.36, words, { ...letters, align: "right" }));
  }
  return marks;
}

/** Titles and means. */
export function aboveMarks(layout: ScatterLayout, theme: Theme, { means }: ScatterOptions): Marks {
  const marks = noMarks();
  const { plot } = layout;
  const { label } = theme.size;
  for (const { x, y, x2, y2 } of leads(layout, theme))
    marks.rules.push({ x, y, x2, y2, colour: theme.colour.text2, width: theme.line.axis, dash: false });
  for (const { text: words, x, y, ...look } of titleParts(layout, theme))
    marks.texts.push(text(x, y, words, { size: label, ...look }));
  if (!means) return marks;
  const arm = label * 0.42;
  for (const { mean, stats } of layout.classes) {
    // The mean of one prompt would hide it.
    if (!mean || stats?.n === 1) continue;
    if (mean.x < plot.x || mean.x > plot.x + plot.width || mean.y < plot.y || mean.y > plot.y + plot.height) continue;
    const plus = { x: mean.x, y: mean.y, shape: PLUS, side: 2 * arm, fill: null, opacity: 1 };
    marks.shapes.push({ ...plus, stroke: theme.colour.surface, width: label * 0.3 });
    marks.shapes.push({ ...plus, stroke: theme.colour.ink, width: label * 0.14 });
  }
  return marks;
}
const PLUS = "M-1,0H1M0,-1V1";

/** Lines from names that stand far off to their class's mean. */
export const leads = ({ classes }: ScatterLayout, theme: Theme): { x: number; y: number; x2: number; y2: number }[] =>
  classes.flatMap(({ mean, name }) =>
    mean && name?.led ? [{ x: mean.x, y: mean.y, x2: name.x, y2: name.y - theme.size.label * 0.32 }] : [],
  );

/** A piece of an axis title. Name and share meet at one point, from which they run apart: no measuring is needed. */
export interface TitlePart {
  text: string;
  x: number;
  y: number;
  angle: number;
  align: "left" | "right";
  colour: string;
}

/** Both titles below and beside the plot, or in its corners. */
export function titleParts({ plot, titles, compact, height }: ScatterLayout, theme: Theme): TitlePart[] {
  const { label } = theme.size;
  const { text: ink, text2 } = theme.colour;
  const gap = label * 0.3;
  const width = (words: string) => textWidth(words, label);
  const [nameX, shareX] = titles.x;
  const [nameY, shareY] = titles.y;
  const short = compact ? shareX.replace(/ %.*/, " %)") : shareX;
  const meetX = compact
    ? plot.x + plot.width - width(short) * 1.1 - gap
    : plot.x + plot.width / 2 + (width(nameX) - width(short)) / 2;
  const y = compact ? plot.y + plot.height - label * 0.5 : height - label * 0.5;
  const along = (words: string, x: number, align: TitlePart["align"], colour: string) =>
    words === "" ? [] : [{ text: words, x, y, angle: 0, align, colour }];
  const out: TitlePart[] = [...along(nameX, meetX, "right", ink), ...along(short, meetX + gap, "left", text2)];
  if (compact) {
    const [top, name] = [plot.y + label, `↑ ${nameY}`];
    const meet = plot.x + width(name) * 1.1;
    const above: TitlePart = { text: name, x: plot.x, y: top, angle: 0, align: "left", colour: ink };
    return [...out, above, ...(shareY === "" ? [] : [{ ...above, text: shareY, x: meet + gap, colour: text2 }])];
  }
  const meetY = plot.y + plot.height / 2 - (width(nameY) - width(shareY)) / 2;
  const up = (words: string, at: number, align: TitlePart["align"], colour: string) =>
    words === ""
      ? []
      : [{ text: words, x: label * (theme.medium === "print" ? 1 : 1.35), y: at, angle: -90, align, colour }];
  return [...out, ...up(nameY, meetY, "right", ink), ...up(shareY, meetY - gap, "left", text2)];
}
