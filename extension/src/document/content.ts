/** What a result's document shows: one of its views with full interaction, or one of its tables. The file is read in the
 *  browser by the code that the kernel uses. Statistics are made piece by piece between frames, so that nothing stalls. */
import {
  numeric,
  parseAnyResult,
  type ResultViews,
  shown,
  type Table,
  tableToCsv,
  type View,
  validateView,
  viewsOf,
} from "patchbay/view";
import { button, el } from "../dom";
import { ViewFrame } from "../frame";
import type { Host } from "../host";
import { icon } from "../icons";
import { download, fileName } from "../save-file";
import type { DocumentMarks } from "./kept";

/** Most characters of a file that is opened here; more would stall the page. */
const MAX_CHARACTERS = 200_000_000;
/** From here on, reading is announced before it begins. */
const WORTH_SAYING = 2_000_000;
/** Rows of a table that are shown; all go into its CSV. */
const MAX_ROWS = 500;
/** Of statistics between two frames: pointing stays live. */
const SLICE_MS = 25;

type Result = ReturnType<typeof parseAnyResult>;

export class ResultContent {
  private readonly bar = el("div", { class: "pb-document-bar", role: "toolbar", "aria-label": "Result" });
  private readonly place = el("div", { class: "pb-document-place" });
  private frame: ViewFrame | null = null;
  /** Of what is shown: its marks are kept by it. */
  private viewId = "";
  /** Grows with each thing shown, so that what is still being made for an earlier one is dropped. */
  private turn = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly host: Host,
    private readonly name: () => string,
    private readonly marks: DocumentMarks,
  ) {
    root.classList.add("pb-document");
    root.append(this.bar, this.place);
  }

  /** Reads the file's text and shows what it holds. */
  async show(text: string): Promise<void> {
    const turn = ++this.turn;
    this.bar.replaceChildren();
    if (text.length > MAX_CHARACTERS) {
      const size = `${Math.round(text.length / 1e6)} MB`;
      this.refuse(
        `${this.name()}: ${size}: at most ${MAX_CHARACTERS / 1e6} MB are opened here. Its tables can be read by \`patchbay export\`.`,
      );
      return;
    }
    if (text.length > WORTH_SAYING) {
      this.put(el("p", { class: "pb-quiet", role: "status" }, `Reading ${Math.round(text.length / 1e6)} MB…`));
      await nextFrame();
      if (turn !== this.turn) return;
    }
    try {
      const saved = savedView(text);
      if (saved) this.showView(saved);
      else this.open(parseAnyResult(text, this.name()));
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  private open(result: Result): void {
    const views = drawable(result);
    const tables = result.tableNames as readonly string[];
    const options = [...(views ? [group(views.choosing, views.choices, "view")] : []), group("Table", tables, "table")];
    const select = el("select", { class: "pb-select-input", "aria-label": "Shown" }, ...options);
    const label = el("span", { class: "pb-quiet" });
    const choose = () => {
      const [what, at] = select.value.split(" ");
      label.textContent = what === "view" && views ? views.choosing : "Table";
      if (what === "view" && views) void this.showChoice(views, Number(at));
      else this.showTable(result, tables[Number(at)]);
    };
    select.addEventListener("change", choose);
    this.bar.replaceChildren(
      el("label", { class: "pb-control pb-outlined pb-select" }, label, select, icon("chevronDown")),
      el("span", { class: "pb-quiet" }, factsOf(result)),
    );
    choose();
  }

  /** The picture at once, then with intervals and tests. */
  private async showChoice(views: ResultViews, choice: number): Promise<void> {
    const turn = ++this.turn;
    // The file's name is not part of it: what is marked outlives a new name.
    const id = `document-${choice}`;
    try {
      this.showView(views.view({ id, choice, alone: true, statistics: views.slow.length === 0 }));
      let started = performance.now();
      for (const step of views.slow) {
        if (performance.now() - started > SLICE_MS) {
          await nextFrame();
          started = performance.now();
        }
        if (turn !== this.turn) return;
        step();
      }
      if (views.slow.length > 0 && turn === this.turn) this.showView(views.view({ id, choice, alone: true }));
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  private showView(view: View): void {
    // What was marked a moment ago belongs to the view that it was marked in.
    this.frame?.flush();
    this.viewId = view.id;
    this.framed().show(view);
  }

  private framed(): ViewFrame {
    if (!this.frame) {
      const node = el("div");
      this.put(node);
      this.frame = new ViewFrame(
        node,
        this.host,
        this.marks.of(() => this.viewId),
      );
    }
    return this.frame;
  }

  private showTable(result: Result, name: string): void {
    this.turn++;
    try {
      this.put(tableNode(result.table(name), this.name()));
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  private refuse(message: string): void {
    this.framed().refuse("This file cannot be shown", message);
  }

  private put(node: HTMLElement): void {
    this.frame?.flush();
    this.frame?.dispose();
    this.frame = null;
    this.place.replaceChildren(node);
  }

  dispose(): void {
    this.turn++;
    this.frame?.flush();
    this.frame?.dispose();
    this.root.replaceChildren();
  }
}

/** A file may hold a view itself, as a widget's JSON export does. */
function savedView(text: string): View | null {
  if (!/^\s*\{\s*"schema"\s*:\s*"patchbay\.view\//.test(text.slice(0, 200))) return null;
  const checked = validateView(JSON.parse(text));
  if (checked.ok) return checked.view;
  throw new Error(checked.message);
}

/** null for a kind that has tables only. */
function drawable(result: Result): ResultViews | null {
  try {
    return viewsOf(result);
  } catch {
    return null;
  }
}

function factsOf(result: Result): string {
  const { kind, state } = result.data;
  return `${kind} · ${result.describe()}${state === "done" ? "" : `, ${state}`}`;
}

function group(label: string, names: readonly string[], what: string): HTMLElement {
  return el("optgroup", { label }, ...names.map((name, at) => el("option", { value: `${what} ${at}` }, name)));
}

const nextFrame = () => new Promise<void>((done) => requestAnimationFrame(() => done()));

/** Significant digits of a number in a table. */
const DIGITS = 5;

function tableNode(table: Table, name: string): HTMLElement {
  const looks = numeric(table).map((isNumber) => (isNumber ? "pb-number" : null));
  // Rounded to be read; every digit is in the title and in the file.
  const cell = (value: string | number | boolean | null, column: number) =>
    el("td", { class: looks[column], title: typeof value === "number" ? String(value) : null }, shown(value, DIGITS));
  const rows = table.rows.slice(0, MAX_ROWS).map((row) => el("tr", {}, ...row.map(cell)));
  const more = table.rows.length - rows.length;
  const save = button({ label: "CSV", icon: "export", look: "outlined" }, () =>
    download(
      fileName(`${name} ${table.name}`, "csv"),
      new Blob([tableToCsv(table)], { type: "text/csv;charset=utf-8" }),
    ),
  );
  return el(
    "div",
    { class: "pb-document-table" },
    el(
      "div",
      { class: "pb-table-scroll", tabindex: 0, role: "region", "aria-label": `Table ${table.name}` },
      el(
        "table",
        { class: "pb-table" },
        el("caption", {}, `${table.name}: ${table.rows.length} rows${more > 0 ? `, the first ${MAX_ROWS} shown` : ""}`),
        el(
          "thead",
          {},
          el("tr", {}, ...table.columns.map((name, at) => el("th", { scope: "col", class: looks[at] }, name))),
        ),
        el("tbody", {}, ...rows),
      ),
    ),
    el("div", { class: "pb-next" }, save),
  );
}
