/** Makes DOM nodes. Text only ever enters as a text node, so a label cannot become markup. */
import { type IconName, icon } from "./icons";

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

function fill<E extends Element>(node: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : String(value));
  for (const child of children) if (child) node.append(child);
  return node;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = fill(document.createElement(tag), attributes, children);
  // JupyterLab looks at the focused element first: a shortcut like "b" would match there before it sees our root.
  if (FOCUSABLE.has(tag) || "tabindex" in attributes) node.dataset.lmSuppressShortcuts = "true";
  return node;
}

const FOCUSABLE: ReadonlySet<string> = new Set(["a", "button", "input", "select", "summary", "textarea"]);

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** A button with a word, an icon, or both; with an icon alone the word becomes its name. */
export function button(
  options: {
    label: string;
    icon?: IconName;
    look?: "plain" | "outlined" | "primary";
    wordless?: boolean;
    title?: string;
  },
  act: (event: MouseEvent) => void,
): HTMLButtonElement {
  const { label, look = "plain", wordless = false } = options;
  const node = el(
    "button",
    {
      type: "button",
      class: `pb-control pb-${look}`,
      "aria-label": wordless ? label : null,
      title: options.title ?? (wordless ? label : null),
    },
    options.icon && icon(options.icon),
    !wordless && el("span", { class: "pb-word" }, label),
  );
  node.addEventListener("click", act);
  return node;
}

/** User text in the middle of ours: isolated, so that its direction stays its own. */
export function isolated(text: string): HTMLElement {
  return el("bdi", {}, text);
}

/** Does `act` on Enter in the field of a form, and tells it whether Shift was held. A console takes the key before the
 *  field hears of it, but lets it submit the form; in a notebook no form is submitted by it. */
export function onEnter(form: HTMLFormElement, field: HTMLInputElement, act: (shift: boolean) => void): void {
  let shift = false;
  field.addEventListener("keydown", (event) => {
    shift = event.shiftKey;
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    act(shift);
  });
  field.addEventListener("keyup", (event) => {
    shift = event.shiftKey;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(shift);
  });
}
