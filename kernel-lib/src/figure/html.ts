/** Interactive pages from the kernel and the command line: view/page.ts with the widgets that the build has bundled.
 *  `reproduce` and other reports make their page here too: headings, paragraphs, tables and views in one list. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { PatchbayError, SpecError } from "../errors";
import { kindOf, optionsGiven } from "../given";
import { pageOf } from "../view/page";
import type { PageItem, PageOptions, PageParts } from "../view/page-types";
import type { View } from "../view/types";

export type { PageItem, PageOptions };

/** The same two folders up from src/figure and from dist/figure; extension/bundle.mjs writes it. */
const BUNDLE = path.join(__dirname, "..", "..", "build", "page.json");
let parts: PageParts | null = null;

const PARTS = ["schema", "heading", "text", "code", "view", "table"];

/** One HTML file, interactive and self-contained: it works offline and links its views by layer, head, token and
 *  sample. A list may hold views alone, or headings, paragraphs, code and tables between them, in their order.
 *  @throws SpecError for an empty list, PatchbayError when the widgets were not built
 *  @example
 *  const page = pb.htmlPage([{ heading: "Base" }, { text: "No task vector yet." }, { view }, { table: result.table("summary") }],
 *    { title: "Instruction vectors", lead: "Three stages of one model" });
 *  writeFileSync("report.html", page); */
export function htmlPage(content: View | readonly (View | PageItem)[], options: PageOptions = {}): string {
  const items = (Array.isArray(content) ? content : [content]) as readonly (View | PageItem)[];
  items.forEach((item, at) => {
    const given = (item ?? {}) as unknown as Record<string, unknown>;
    if (PARTS.some((part) => ["string", "object"].includes(typeof given[part]))) return;
    throw new SpecError({
      thing: `htmlPage(): item ${at}`,
      rule: `must be a view, or one of { heading }, { text }, { code }, { view }, { table }, not ${kindOf(item)}`,
      wayOut: 'For example pb.htmlPage([{ heading: "Base" }, pb.figure(result).view])',
    });
  });
  return pageOf(
    items.map((item) => ("schema" in item ? { view: item } : item)),
    optionsGiven("htmlPage()", options),
    bundled(),
  );
}

function bundled(): PageParts {
  if (parts) return parts;
  if (!existsSync(BUNDLE))
    throw new PatchbayError({
      thing: "page: build/page.json",
      rule: "must be there to make an interactive page",
      wayOut: "Run: npm run build",
    });
  parts = JSON.parse(readFileSync(BUNDLE, "utf8")) as PageParts;
  return parts;
}
