/** Every table and figure of arXiv:2602.07930 by its name, with the function that makes it from results.
 *
 *  The paper's two sizes of model (1B and 7B) are the shallower and the deeper models among the results; its stages
 *  (base, SFT, DPO) are told by the models' names. */
export { type FigureEntry, type PaperOptions, type TableEntry, titleOf } from "./paper-entries";
export { BEYOND, FIGURES } from "./paper-figures";
export { TABLES } from "./paper-tables";
