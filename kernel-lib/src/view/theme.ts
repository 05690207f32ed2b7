/** The themes that figures and widgets are drawn in; the values live in the style package. */
export { journal, type PaletteName, palettes, type Theme, type ThemeName, themes } from "@patchbay/style";
