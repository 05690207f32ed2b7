/** The report of a reproduction: one HTML file that works offline and without scripts. Tables are tables, figures are
 *  inline SVG with title and description; light or dark as the reader's system is; every text is escaped. */
import type { Result } from "../result/base";
import type { PaperTable } from "../result/paper-table";
import { shown } from "../result/shown";
import type { Table } from "../result/types";
import { escaped } from "../view/html-text";
import type { View } from "../view/types";
import { counted } from "../words";
import { REPORT_STYLE } from "./reproduce-style";

export interface DrawnFigure {
  name: string;
  number: string;
  view: View;
  svg: string;
  /** Its numbers, written beside the paper's tables. */
  data: readonly Table[];
}

export interface ReportParts {
  tables: readonly PaperTable[];
  figures: readonly DrawnFigure[];
  missing: readonly { number: string; title: string; reason: string }[];
  failed: readonly { title: string; model: string; reason: string }[];
  /** What a reader should know of the prompts and the runs. */
  notes: readonly { about: string; model: string; words: string }[];
  sources: readonly string[];
  command: string;
  /** Whether the page of interactive widgets lies beside this one. */
  explore: boolean;
}

const PAPER = "https://arxiv.org/abs/2602.07930";
/** Rows of a long table that the page shows; its CSV holds all. */
const MOST_ROWS = 60;
const DIGITS = 4;

/** The page's text.
 *  @example writeWhole("index.html", reportOf(results, parts)) */
export function reportOf(results: readonly Result[], parts: ReportParts): string {
  const { tables, figures, missing, failed, notes, sources, command, explore } = parts;
  const names = [...new Set(results.map(({ making }) => making.model.name))];
  const title = `Patches of Nonlinearity on ${names.join(", ")}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Patchbay">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header>
<h1>${escaped(title)}</h1>
${explore ? '<p><a href="explore.html">The same figures as interactive widgets</a></p>\n' : ""}<p>Every experiment of <cite><a href="${PAPER}">Patches of Nonlinearity: Instruction Vectors in Large Language Models</a></cite>
(Bigoulaeva et al., arXiv:2602.07930) on these checkpoints: tables and figures as the paper lays them out, and honest
statistics beside the printed ones.</p>
${modelsTable(results)}
<pre tabindex="0" aria-label="Command that makes this folder"><code>${escaped(command)}</code></pre>
</header>
<nav aria-label="Contents">
<h2>Contents</h2>
<div class="contents">
${list("Tables", tables)}
${list(
  "Figures",
  figures.map(({ name, number, view }) => ({ name, number, title: view.title })),
)}
</div>
</nav>
<main id="main">
<h2>Tables</h2>
${tables.length === 0 ? "<p>None.</p>" : tables.map(tablePart).join("\n")}
<h2>Figures</h2>
${figures.length === 0 ? "<p>None.</p>" : figures.map(figurePart).join("\n")}
${worthKnowing(notes)}${notMade(missing, failed)}
<section>
<h2>Results</h2>
<p>Each file holds the values of every sample, the spec and how it was made; Patchbay reads them
(<code>pb.parseResult</code>, <code>patchbay export</code>), and the JupyterLab extension opens them as widgets.</p>
<ul class="files">
${sources.map((file) => `<li><a href="${escaped(encodeURI(file))}">${escaped(file)}</a></li>`).join("\n")}
</ul>
</section>
</main>
</body>
</html>
`;
}

function modelsTable(results: readonly Result[]): string {
  const makings = new Map(results.map(({ making }) => [making.model.fingerprint, making]));
  const rows = [...makings.values()].map(({ model, provider, patchbay }) => [
    model.name,
    model.fingerprint,
    model.nLayers,
    model.nHeads,
    model.dModel,
    model.parameters,
    `${provider.precision}\u00a0on\u00a0${provider.device}`,
    patchbay,
  ]);
  const columns = ["model", "fingerprint", "layers", "heads", "width", "parameters", "precision", "Patchbay"];
  return htmlTable({ name: "models", columns, rows }, "Models");
}

const list = (title: string, items: readonly { name: string; number: string; title: string }[]): string =>
  `<div><h3>${title}</h3>\n<ul>\n${items
    .map(
      ({ name, number, title: words }) =>
        `<li><a href="#${escaped(name)}">${escaped(number)}</a> ${escaped(words)}</li>`,
    )
    .join("\n")}\n</ul></div>`;

function tablePart(table: PaperTable): string {
  const { name, number, title, caption, beside } = table;
  const honest =
    beside === null
      ? ""
      : longTable(beside, "Honest statistics of the same numbers", `${number}, honest statistics`, true);
  return `<section class="entry" id="${escaped(name)}">
<h3>${escaped(number)}. ${escaped(title)}</h3>
${htmlTable(table, `${number}. ${title}`)}
<p class="caption">${escaped(caption)}</p>
<p class="links">Files: ${tableLinks(name)}</p>
${honest}
${codePart(table.code)}
</section>`;
}

const tableLinks = (stem: string): string =>
  ["csv", "md", "tex"].map((ending) => `<a href="tables/${stem}.${ending}">${ending}</a>`).join(" ");

/** A table in long form, folded; of a long one the first rows. */
function longTable(table: Table, summary: string, label: string, isOpen: boolean): string {
  const { rows, name } = table;
  const cut = rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${counted(rows.length, "row")}. ` : "";
  return `<details${isOpen ? " open" : ""}><summary>${escaped(summary)}</summary>
${htmlTable({ ...table, rows: rows.slice(0, MOST_ROWS) }, label)}
<p class="links">${cut}Files: ${tableLinks(name)}</p></details>`;
}

function figurePart({ name, number, view, svg, data }: DrawnFigure): string {
  const files = ["single", "double"]
    .flatMap((width) =>
      ["svg", "pdf", "png"].map((ending) => `<a href="figures/${name}.${width}.${ending}">${width} ${ending}</a>`),
    )
    .join(" ");
  return `<figure class="entry" id="${escaped(name)}">
<h3>${escaped(number)}. ${escaped(view.title)}</h3>
<div class="paper" tabindex="0" role="region" aria-label="${escaped(`${number}. ${view.title}`)}">
${inline(svg, name)}
</div>
<figcaption class="caption">${escaped(view.caption)}</figcaption>
<p class="links">Files: ${files}</p>
${data.map((table) => longTable(table, `Its numbers: ${table.name.replaceAll("_", " ")}`, `${number}, ${table.name}`, false)).join("\n")}
${codePart(view.code)}
</figure>`;
}

const codePart = (code: string): string =>
  `<details><summary>Code that makes it</summary><pre tabindex="0"><code>${escaped(code)}</code></pre></details>`;

/** An SVG within the page: names of its own (several share a page), sized by the page, told to those who hear it. */
function inline(svg: string, name: string): string {
  return svg
    .replace(/^<\?xml[^>]*\?>\s*/, "")
    .replace(/(\sid=")([^"]+)"/g, `$1${name}-$2"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
    .replace(/((?:xlink:)?href=")#([^"]+)"/g, `$1#${name}-$2"`)
    .replace(/^<svg/, `<svg role="img" aria-labelledby="${name}-title"`)
    .replace("<title>", `<title id="${name}-title">`);
}

/** Each note once, with all that it is about. */
function worthKnowing(notes: ReportParts["notes"]): string {
  if (notes.length === 0) return "";
  const known = new Map<string, { words: string; model: string; about: Set<string> }>();
  for (const { about, model, words } of notes) {
    const key = `${model} ${words}`;
    known.set(key, { words, model, about: (known.get(key)?.about ?? new Set()).add(about) });
  }
  const lines = [...known.values()].map(
    ({ words, model, about }) => `<li>${escaped(`${model}: ${[...about].join(", ")}: ${words}`)}</li>`,
  );
  return `<section>
<h2>Worth knowing</h2>
<ul>
${lines.join("\n")}
</ul>
</section>
`;
}

function notMade(missing: ReportParts["missing"], failed: ReportParts["failed"]): string {
  if (missing.length + failed.length === 0) return "";
  const experiments = failed.map(
    ({ model, title, reason }) => `<li>${escaped(`${model}: ${title}`)}: ${escaped(reason)}</li>`,
  );
  const entries = missing.map(
    ({ number, title, reason }) => `<li>${escaped(`${number}. ${title}`)}: ${escaped(reason)}</li>`,
  );
  return `<section>
<h2>What is not here, and why</h2>
<ul>
${[...experiments, ...entries].join("\n")}
</ul>
</section>`;
}

/** A table with its groups as column headings over columns, its sections as row groups. */
function htmlTable(table: Table, label: string): string {
  const { columns, rows, groups, sections } = table;
  const first = sections ? 1 : 0;
  const isNumber = columns.map((_, at) => rows.every((row) => row[at] === null || looksNumeric(row[at])));
  const mark = (at: number) => (isNumber[at] ? ' class="number"' : "");
  const cell = (value: Table["rows"][number][number], at: number) =>
    `<td${mark(at + first)}>${breakable(escaped(shown(value, DIGITS)))}</td>`;
  const own = groups?.flatMap((group) => group.columns) ?? columns;
  const over =
    groups === undefined || groups.every(({ title }) => title === "")
      ? ""
      : `<tr>${groups
          .map(({ title, columns: under }, at) => ({ title, span: under.length - (at === 0 ? first : 0) }))
          .filter(({ span }) => span > 0)
          .map(({ title, span }) => `<th scope="colgroup" colspan="${span}">${escaped(title)}</th>`)
          .join("")}</tr>\n`;
  const head = own
    .slice(first)
    .map((name, at) => `<th scope="col"${mark(at + first)}>${escaped(name)}</th>`)
    .join("");
  const lines = rows.map((row, at) => {
    const isNew = first === 1 && (at === 0 || rows[at - 1][0] !== row[0]);
    const span = columns.length - first;
    const heading = isNew
      ? `<tr><th class="section" scope="rowgroup" colspan="${span}">${escaped(shown(row[0], DIGITS))}</th></tr>\n`
      : "";
    return `${heading}<tr>${row.slice(first).map(cell).join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">
<table><thead>
${over}<tr>${head}</tr>
</thead><tbody>
${lines.join("\n")}
</tbody></table></div>`;
}

/** Words that no line holds may break: hashes between parts of equal length, so that no line is left with the last
 *  letter, and paths behind what parts them. */
const breakable = (html: string): string =>
  html
    .replace(/[0-9a-f]{64}/g, (hash) => (hash.match(/.{16}/g) as string[]).join("<wbr>"))
    .replace(/[^\s<>]{40,}/g, (path) => path.replaceAll("/", "/<wbr>"));

/** A number, or one as text: -1.003e+03, 0.14, -inf. */
const looksNumeric = (value: Table["rows"][number][number]): boolean =>
  typeof value === "number" || /^-?(\d*\.?\d+(e[+-]?\d+)?|inf)$/.test(String(value));
