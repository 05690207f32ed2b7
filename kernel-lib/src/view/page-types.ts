/** What a self-contained page is made of, in the order of the list. */
import type { Table } from "../result/types";
import type { View } from "./types";

/** A part of a page: a widget, a heading, a paragraph, code or a table. */
export type PageItem =
  /** An interactive widget, with its picture's description for those who cannot run scripts. */
  | { view: View }
  /** A section's title. Default level 2. */
  | { heading: string; level?: 2 | 3 }
  /** A paragraph; empty lines part paragraphs. Text, never markup. */
  | { text: string }
  | { code: string }
  /** Numbers are written with six digits, null as an en dash. */
  | { table: Table; caption?: string };

/** A page's title, lead and language. */
export interface PageOptions {
  /** Of the document; default: the first view's title. */
  title?: string;
  /** A line below the title. */
  lead?: string;
  /** BCP 47; default "en". */
  language?: string;
}

/** The widgets without JupyterLab, as the build has bundled them. */
export interface PageParts {
  script: string;
  /** `sha256-...` of the script: the only one that the page's policy lets run. */
  scriptHash: string;
  style: string;
}
