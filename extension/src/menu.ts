/** A small menu below a button: arrows move, Enter or Space chooses, Esc and Tab close. One is open at a time. */
import { el } from "./dom";
import { type IconName, icon } from "./icons";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** What the item is about, in grey. */
  note?: string;
  /** Makes the item a switch. */
  checked?: boolean;
  act(): void;
}

let openMenu: { close(focusBack: boolean): void } | null = null;

export function closeMenus(): boolean {
  const wasOpen = openMenu !== null;
  openMenu?.close(true);
  return wasOpen;
}

/** Opens a menu inside `root`, below `anchor`, or closes the one that `anchor` opened. */
export function showMenu(root: HTMLElement, anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  const again = anchor.getAttribute("aria-expanded") === "true";
  openMenu?.close(false);
  if (again) return;

  const entries = items.map((item) => {
    const node = el(
      "button",
      {
        type: "button",
        class: "pb-menu-item",
        role: item.checked === undefined ? "menuitem" : "menuitemcheckbox",
        "aria-checked": item.checked === undefined ? null : String(item.checked),
        tabindex: -1,
      },
      item.icon && icon(item.icon),
      el("span", { class: "pb-word" }, item.label),
      item.note ? el("span", { class: "pb-quiet" }, item.note) : null,
    );
    node.addEventListener("click", () => {
      close(true);
      item.act();
    });
    return node;
  });
  const menu = el("div", { class: "pb-menu", role: "menu", "aria-label": label }, ...entries);
  const outside = (event: Event) => {
    if (event.target instanceof Node && (menu.contains(event.target) || anchor.contains(event.target))) return;
    close(false);
  };
  function close(focusBack: boolean): void {
    document.removeEventListener("pointerdown", outside, true);
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    openMenu = null;
    if (focusBack) anchor.focus({ preventScroll: true });
  }

  menu.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === "Tab") return close(true);
    if (event.key === "Escape") close(true);
    else if (to !== undefined) entries[(to + entries.length) % entries.length]?.focus();
    else if (event.key !== "Enter" && event.key !== " ") return;
    else (document.activeElement as HTMLElement).click();
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) close(false);
  });

  const [box, place] = [root.getBoundingClientRect(), anchor.getBoundingClientRect()];
  menu.style.top = `${place.bottom - box.top + 2}px`;
  root.append(menu);
  const width = menu.getBoundingClientRect().width;
  menu.style.left = `${Math.max(4, Math.min(place.left - box.left, box.width - width - 6))}px`;
  document.addEventListener("pointerdown", outside, true);
  anchor.setAttribute("aria-expanded", "true");
  openMenu = { close };
  entries[0]?.focus({ preventScroll: true });
}
