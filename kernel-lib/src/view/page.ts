/** One HTML file that holds views and the widgets that draw them, and needs nothing else: no server, no network.
 *  Its content security policy lets one script run, ours, by hash; views are data in a script element that is never
 *  run, and every other text is escaped. Pure: kernel and browser make the same page. */
import { SpecError } from "../errors";
import { escaped } from "./html-text";
import type { PageItem, PageOptions, PageParts } from "./page-types";
import type { View } from "./types";
import { viewText } from "./view-text";

/** Most characters of all views together: what a browser opens without stalling. */
const MAX_VIEWS = 200_000_000;

/** The page's text.
 *  @throws SpecError when nothing is to be shown, or views are too large for one file
 *  @example writeFileSync("x.html", pageOf([{ heading: "Base" }, { view }], {}, parts)) */
export function pageOf(items: readonly PageItem[], options: PageOptions, parts: PageParts): string {
  if (items.length === 0) throw new SpecError({ thing: "page", value: [], rule: "must hold at least one item" });
  const views = items.flatMap((item) => ("view" in item ? [item.view] : []));
  const data = scriptData(views.map(standing));
  if (data.length > MAX_VIEWS)
    throw new SpecError({
      thing: "page: views",
      value: `${data.length} characters`,
      rule: `must be at most ${MAX_VIEWS}`,
      wayOut: "Save fewer views in one file",
    });
  const title = options.title ?? views[0]?.title ?? "Patchbay";
  let nth = 0;
  const body = items.map((item) => ("view" in item ? viewPart(item.view, nth++) : itemPart(item))).join("\n");
  const policy = [
    "default-src 'none'",
    `script-src '${parts.scriptHash}'`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="${escaped(options.language ?? "en")}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Patchbay">
<title>${escaped(title)}</title>
<style id="pb-page-style">${parts.style.replace(/<\/style/gi, "<\\/style")}</style>
</head>
<body data-jp-theme-light="true">
<main class="pb-page">
<h1><bdi>${escaped(title)}</bdi></h1>
${options.lead ? `<p class="pb-page-lead">${escaped(options.lead)}</p>\n` : ""}${body}
</main>
<script type="application/json" id="pb-page-views">${data}</script>
<script id="pb-page-script">${parts.script}</script>
</body>
</html>
`;
}

/** A run is over once it is written down: a page shows what was there, not that something goes on. */
function standing(view: View): View {
  const running = view.state === "loading" || view.state === "partial";
  return running ? { ...view, state: "stopped" } : view;
}

function viewPart(view: View, nth: number): string {
  const caption = view.caption ? `\n<figcaption>${escaped(view.caption)}</figcaption>` : "";
  return (
    `<figure class="pb-page-figure">\n<div class="pb-page-view" data-view="${nth}">` +
    `<noscript><pre>${escaped(viewText(view))}</pre></noscript></div>${caption}\n</figure>`
  );
}

function itemPart(item: Exclude<PageItem, { view: View }>): string {
  if ("heading" in item) {
    const level = item.level === 3 ? 3 : 2;
    return `<h${level}>${escaped(item.heading)}</h${level}>`;
  }
  if ("code" in item) return `<pre tabindex="0"><code>${escaped(item.code)}</code></pre>`;
  if ("text" in item)
    return item.text
      .split(/\n\s*\n/)
      .map((paragraph) => `<p>${escaped(paragraph)}</p>`)
      .join("\n");
  const { columns, rows } = item.table;
  const cell = (value: string | number | boolean | null) => {
    if (typeof value === "number") return `<td class="pb-page-number">${short(value)}</td>`;
    return `<td>${value === null ? "–" : escaped(String(value))}</td>`;
  };
  const isNumber = columns.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const head = columns
    .map((name, at) => `<th scope="col"${isNumber[at] ? ' class="pb-page-number"' : ""}>${escaped(name)}</th>`)
    .join("");
  const lines = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  const caption = item.caption ? `<caption>${escaped(item.caption)}</caption>` : "";
  return (
    `<div class="pb-page-table" tabindex="0" role="region" aria-label="${escaped(item.caption ?? "Table")}">` +
    `<table>${caption}<thead><tr>${head}</tr></thead><tbody>\n${lines}\n</tbody></table></div>`
  );
}

/** Six digits are more than anybody reads; files hold them all. */
const short = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));

/** JSON that cannot end its script element or open a comment in it, and is one line for every reader. */
const scriptData = (value: unknown): string =>
  JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
