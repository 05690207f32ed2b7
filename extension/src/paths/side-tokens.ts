/** Tokens put together and named: what can be done with the chosen ones, and the groups that there are. */
import { columnLabel, columnPlace, type PathsView } from "patchbay/view";
import { button, el, isolated, onEnter } from "../dom";
import { placeWords, quiet, row } from "./side-parts";
import type { Marks } from "./state";

export interface TokensScene {
  view: PathsView;
  marks: Marks;
}

export interface TokensActs {
  group(): void;
  ungroup(column: number): void;
  instruction(): void;
  rename(column: number, name: string): void;
  /** The field for a name comes and goes. */
  changed(): void;
  focus(): void;
}

export class TokensSide {
  /** The column that is being named, with the field for it. */
  private naming: { column: number; form: HTMLFormElement; field: HTMLInputElement } | null = null;

  constructor(private readonly acts: TokensActs) {}

  /** Opens the field for a column's name. */
  name(view: PathsView, column: number): void {
    const field = el("input", {
      type: "text",
      class: "pb-name-field",
      maxlength: 40,
      "aria-label": `Name of ${columnLabel(view, column)} ${columnPlace(view, column)}`,
    });
    field.value = view.lattice?.columns[column]?.name ?? "";
    field.placeholder = columnLabel(view, column);
    const close = () => {
      this.naming = null;
      this.acts.focus();
      this.acts.changed();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close();
    });
    const form = el("form", {}, field);
    onEnter(form, field, () => {
      this.acts.rename(column, field.value);
      close();
    });
    this.naming = { column, form, field };
    this.acts.changed();
    field.closest("details")?.setAttribute("open", "");
    field.focus({ preventScroll: true });
    field.select();
  }

  forget(): void {
    this.naming = null;
  }

  content({ view, marks }: TokensScene): HTMLElement[] {
    const { span } = marks;
    const { naming } = this;
    const columns = view.lattice?.columns ?? [];
    const groups = columns.flatMap(({ from, to }, c) => (from < to ? [c] : []));
    const nodes: HTMLElement[] = [];
    // Numbers that come meanwhile build the panel anew; the field is put back, and typing goes on.
    if (naming && document.activeElement === naming.field)
      queueMicrotask(() => naming.field.focus({ preventScroll: true }));
    if (naming)
      nodes.push(
        el("h4", {}, "Name"),
        naming.form,
        quiet("Enter keeps it, Esc does not; an empty name gives the token its own words back"),
      );
    else if (span) nodes.push(...this.chosen(view, span));
    if (groups.length > 0)
      nodes.push(
        el("h5", {}, "Groups"),
        el(
          "div",
          { class: "pb-hops" },
          ...groups.map((c) => {
            const node = row(null, [isolated(columnLabel(view, c, 24))], columnPlace(view, c), () =>
              this.acts.ungroup(c),
            );
            node.title = "Open this group";
            return node;
          }),
        ),
      );
    return nodes;
  }

  private chosen(view: PathsView, { from, to }: { from: number; to: number }): HTMLElement[] {
    const many = to > from;
    const group = (view.lattice?.columns[from]?.to ?? from) > (view.lattice?.columns[from]?.from ?? from);
    const words = many
      ? [isolated(columnLabel(view, from, 24)), " to ", isolated(columnLabel(view, to, 24))]
      : [isolated(columnLabel(view, from, 24)), ` ${placeWords(view, from)}`];
    const outlined = (label: string, act: () => void) => button({ label, look: "outlined" }, act);
    return [
      el("h4", {}, many ? `${to - from + 1} columns` : "Token", el("span", { class: "pb-badge" }, "chosen")),
      el("p", {}, ...words),
      el(
        "div",
        { class: "pb-next pb-path-acts" },
        ...(many ? [outlined("Group", () => this.acts.group())] : []),
        ...(!many && group ? [outlined("Open group", () => this.acts.ungroup(from))] : []),
        outlined("Name", () => this.name(view, from)),
        ...(view.instructionEnd !== null && !many
          ? [outlined("Group the instruction", () => this.acts.instruction())]
          : []),
      ),
      quiet(many ? "" : "Shift-click another label, or Shift with an arrow key, to choose up to it"),
    ];
  }
}
