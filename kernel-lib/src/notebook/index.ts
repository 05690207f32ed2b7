/** What a notebook calls. */
import "./attach";

export { type SaveOptions, save } from "./save";
export { type Selection, selection } from "./selection";
export { figure, show } from "./show";
export type { Showable, ViewChoice } from "./sources";
