/** What stands around a heatmap's cells besides its axes and legend: panel names, letters, the rule before a
 *  difference, the note at the diagonal, and the bars in the margin. */
import { fitted, plain, signed, textWidth } from "./format";
import type { HeatmapLayout, HeatmapOptions, PanelBox } from "./heatmap-types";
import { type Marks, noMarks, stageColour, stageGlyph, text } from "./marks";
import type { Theme } from "./theme";
import type { HeatmapView } from "./types";

/** Names, notes and letters of panels; the dashed rule; the note at the diagonal. */
export function panelMarks(view: HeatmapView, theme: Theme, layout: HeatmapLayout, options: HeatmapOptions): Marks {
  const marks = noMarks();
  const titled = layout.panels.length > 1 || options.difference !== null || options.letters;
  for (const [index, box] of layout.panels.entries()) {
    if (titled) panelTitle(box, index, theme, options, marks);
    if (box.difference !== null && index > 0) differenceRule(layout.panels[index - 1], box, theme, marks);
  }
  if (view.layout === "pairs" && theme.medium === "screen" && options.mode === "effect") {
    diagonalNote(view, layout, theme, marks);
  }
  return marks;
}

function panelTitle(box: PanelBox, index: number, theme: Theme, options: HeatmapOptions, marks: Marks): void {
  const { title, tick, letter } = theme.size;
  const note = box.y - tick * 0.6;
  const name = note - tick * 1.5;
  let x = box.x;
  if (options.letters) {
    marks.texts.push(
      text(x, name, "abcdefghijklmnopqrstuvwxyz"[index % 26], { size: letter, colour: theme.colour.text, weight: 700 }),
    );
    x += letter * 1.05;
  } else if (box.stage !== null) {
    const radius = tick * 0.42;
    marks.shapes.push(
      ...stageGlyph(box.stage, x + radius, name - title * 0.36, radius, stageColour(box.stage, theme.ramps.stage)),
    );
    x += radius * 2 + tick * 0.55;
  }
  const size = theme.medium === "print" ? title : theme.size.body;
  // Bold letters are a little wider than the measured ones.
  const shown = fitted(box.name, (box.x + box.width + tick - x) / 1.08, size);
  marks.texts.push(text(x, name, shown, { size, colour: theme.colour.text, weight: 700 }));
  const words = fitted(box.note, box.width + tick, tick);
  marks.texts.push(text(box.x, note, words, { size: tick, colour: theme.colour.text2 }));
}

function differenceRule(before: PanelBox, box: PanelBox, theme: Theme, marks: Marks): void {
  if (before.y !== box.y) return;
  const x = before.x + before.width + (box.x - before.x - before.width) * 0.42;
  const y = box.y - theme.size.tick * 3;
  const { lineStrong } = theme.colour;
  marks.rules.push({ x, y, x2: x, y2: box.y + box.height, colour: lineStrong, width: theme.line.axis, dash: true });
}

/** "diagonal: one layer alone", right of the diagonal, where it fits between cells and legend. */
function diagonalNote(view: HeatmapView, layout: HeatmapLayout, theme: Theme, marks: Marks): void {
  if (layout.panels.length > 1 || layout.window.x1 - layout.window.x0 + 1 < layout.nx) return;
  const { tick } = theme.size;
  const { pitch, nx, ny } = layout;
  const box = layout.panels[0];
  const words = view.held ? `diagonal: one layer with ${view.held}` : "diagonal: one layer alone";
  // On screen the font is the reader's own, and may be a fifth wider than the one that is measured.
  const width = textWidth(words, tick) * (theme.medium === "screen" ? 1.2 : 1);
  const legendTop = layout.legend?.place === "inside" ? layout.legend.y : box.y + box.height;
  // The highest row that leaves room at its right: as far from the legend as can be.
  for (let row = ny - 1; row > 0; row--) {
    const x = box.x + (row + 1) * pitch + tick;
    const middle = box.y + (ny - 0.5 - row) * pitch;
    if (row + 1 >= nx || x + width > box.x + box.width + tick) continue;
    if (middle + tick > legendTop) return;
    marks.texts.push(text(x, middle + tick * 0.36, words, { size: tick, colour: theme.colour.text2 }));
    return;
  }
}

/** "best layer in this head"; of tasks patched into tasks neither could be told from the other. */
const bestOfColumn = ({ x, y }: HeatmapView): string =>
  x.field === y.field ? "best row in this column" : `best ${y.field} in this ${x.field}`;

/** "best pair with this layer": a bar for each column, the two best in full ink. */
export function marginalMarks(view: HeatmapView, theme: Theme, layout: HeatmapLayout, options: HeatmapOptions): Marks {
  const marks = noMarks();
  const { marginal, pitch, digits, window } = layout;
  // Bars grow from 0: without a value above it there is nothing to compare.
  if (marginal === null || !marginal.bars.some((value) => value !== null && value > 0)) return marks;
  const { tick } = theme.size;
  const base = marginal.y + marginal.height;
  const best = Math.max(0, ...marginal.bars.map((value) => value ?? 0));
  const write = marginal.bars.some((value) => value !== null && value < 0) ? signed : plain;
  const numbers = marginal.bars.map((value) => (value === null ? "" : write(value, digits)));
  const written = Math.max(...numbers.map((words) => textWidth(words, tick))) <= pitch - 3;
  const title =
    view.layout === "grid"
      ? bestOfColumn(view)
      : options.mode === "interaction"
        ? "largest interaction with this layer"
        : `best ${view.held ? "triple" : "pair"} with this layer`;
  marks.texts.push(text(marginal.x, tick * 1.3, title, { size: tick, colour: theme.colour.text }));
  for (const [layer, value] of marginal.bars.entries()) {
    if (value === null || layer < window.x0 || layer > window.x1) continue;
    const x = marginal.x + (layer - window.x0 + 0.5) * pitch;
    const height = Math.max(1, best === 0 ? 0 : (Math.max(0, value) / best) * tick * 1.8);
    const half = Math.min(tick * 0.45, pitch * 0.3);
    const isBest = value === best && best > 0;
    const colour = isBest ? theme.colour.text : theme.colour.lineStrong;
    marks.rects.push({ x: x - half, y: base - height, x2: x + half, y2: base, fill: colour, stroke: null, width: 0 });
    if (!written) continue;
    marks.texts.push(
      text(x, base - height - tick * 0.36, numbers[layer], {
        size: tick,
        colour: isBest ? theme.colour.text : theme.colour.text2,
        weight: isBest ? 700 : 400,
        align: "center",
      }),
    );
  }
  marks.rules.push({
    x: marginal.x,
    y: base,
    x2: marginal.x + marginal.width,
    y2: base,
    colour: theme.colour.line,
    width: theme.line.axis,
    dash: false,
  });
  return marks;
}
