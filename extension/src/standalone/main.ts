/** Runs in a page that stands alone: puts a widget wherever the page has a place for a view. No kernel, no network, no
 *  JupyterLab; the views of a page are linked with each other. */
import type { PageParts } from "patchbay/view";
import { NOTHING_KEPT, ViewFrame } from "../frame";
import { blur, type Host } from "../host";

const DARK = "(prefers-color-scheme: dark)";

/** The page's own parts, so that a view of it can be saved as a page again. */
function ownParts(): PageParts {
  const text = (id: string) => document.getElementById(id)?.textContent ?? "";
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content ?? "";
  const scriptHash = /script-src '([^']+)'/.exec(policy)?.[1] ?? "";
  return { script: text("pb-page-script"), scriptHash, style: text("pb-page-style") };
}

const host: Host = {
  document: () => document,
  kernel: () => null,
  onKernel: () => () => undefined,
  // What is marked on a page lasts as long as the page is open; the key saves the page itself.
  save: null,
  runAgain: () => null,
  insertBelow: () => false,
  leave: blur,
  page: async () => ownParts(),
};

/** As the system says; on paper always light. */
function followTheme(): void {
  const [dark, print] = [window.matchMedia(DARK), window.matchMedia("print")];
  const set = () => {
    const light = String(print.matches || !dark.matches);
    for (const node of [document.documentElement, document.body]) node.dataset.jpThemeLight = light;
  };
  for (const query of [dark, print]) query.addEventListener("change", set);
  set();
}

function main(): void {
  followTheme();
  const views = JSON.parse(document.getElementById("pb-page-views")?.textContent ?? "[]") as unknown[];
  for (const place of document.querySelectorAll<HTMLElement>(".pb-page-view")) {
    const node = document.createElement("div");
    place.replaceChildren(node);
    new ViewFrame(node, host, NOTHING_KEPT).show(views[Number(place.dataset.view)]);
  }
}

main();
