/** The themes that figures and widgets are drawn in; the values live in the style package. */
export { journal, type Theme, type ThemeName, themes } from "@patchbay/style";
