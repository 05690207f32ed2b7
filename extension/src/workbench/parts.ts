/** Parts of the workbench panel that know nothing of its state: sections, lists to choose from, an experiment's fields. */
import type { Field, WorkbenchChoice } from "patchbay/view";
import { el } from "../dom";
import { icon } from "../icons";
import { numberIn } from "./choice";

export interface Section {
  node: HTMLElement;
  note: HTMLElement;
  /** Replaces all but the title. */
  fill(...children: readonly HTMLElement[]): void;
}

export function section(title: string): Section {
  const note = el("span", { class: "pb-quiet" });
  const head = el("h3", {}, title, note);
  const node = el("section", { class: "pbw-section", "aria-label": title }, head);
  return { node, note, fill: (...children) => node.replaceChildren(head, ...children) };
}

export const boxed = (select: HTMLSelectElement): HTMLElement =>
  el("span", { class: "pbw-select" }, select, icon("chevronDown"));

export function choices(
  label: string,
  values: readonly (readonly [value: string, words: string])[],
  chosen: string,
  act: (value: string) => void,
): HTMLElement {
  const select = el(
    "select",
    { class: "pbw-input", "aria-label": label },
    ...values.map(([value, words]) => el("option", { value }, words)),
  );
  select.value = chosen;
  select.addEventListener("change", () => act(select.value));
  return boxed(select);
}

/** Label and input of one of the experiment's choices. */
export function fieldNodes(
  field: Field,
  { kind, options }: WorkbenchChoice,
  take: (value: unknown) => void,
): HTMLElement[] {
  const { key, label, hint, values } = field;
  const chosen = JSON.stringify(options[key]);
  const id = `pbw-${kind}-${key}`;
  const name = el("label", { for: id, class: "pb-quiet", title: hint }, label);
  if (values.length === 0) {
    const input = el("input", {
      id,
      type: "number",
      class: "pbw-input pbw-number",
      title: hint,
      placeholder: "all",
      value: chosen === "null" ? "" : chosen,
    });
    input.min = String(field.range?.least ?? 0);
    input.addEventListener("change", () => {
      const value = numberIn(field, input.value);
      input.setAttribute("aria-invalid", String(value === undefined));
      if (value !== undefined) take(value);
    });
    return [name, input];
  }
  const select = el(
    "select",
    { id, class: "pbw-input", title: hint },
    ...values.map(([words, value]) => el("option", { value: JSON.stringify(value) }, words)),
  );
  select.value = chosen;
  select.addEventListener("change", () => take(JSON.parse(select.value)));
  return [name, boxed(select)];
}
