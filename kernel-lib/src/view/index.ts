/** `patchbay/view`: what kernel and browser share. Pure; imports nothing of Node.
 *
 *  validateView(value) -> { ok: true, view } | { ok: false, message }
 *  heatmapView(result or results, options) -> HeatmapView
 *  heatmapOptions(view, partial?) -> HeatmapOptions
 *  heatmapLayout(view, theme, size, options) -> HeatmapLayout; cellRect(layout, panel, ix, iy), cellAt(layout, x, y)
 *  heatmapSpec(view, theme, size, options) -> VegaLiteSpec
 *  describe: readout(view, options, cell), spoken(view, options, cell), summary(view, options)
 *  heatmapText(view, { colour }) -> string */
export type * from "./heatmap-types";
export * from "./protocol";
export * from "./theme";
export * from "./types";
export * from "./unpack";
