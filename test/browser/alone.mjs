/** Views as a page that stands alone: written to a folder of their own, and opened without a network. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SCRATCH } from "./lab.mjs";
import { widget } from "./widget.mjs";

const { htmlPage } = createRequire(import.meta.url)("patchbay");

/** @returns the page, once every view is drawn, and `remove`, which takes the folder away */
export async function openAlone(browser, views, viewport) {
  mkdirSync(SCRATCH, { recursive: true });
  const folder = mkdtempSync(join(SCRATCH, "alone-"));
  const file = join(folder, "views.html");
  writeFileSync(file, htmlPage(views));
  const page = await browser.newPage({ offline: true, viewport });
  await page.goto(`file://${file}`);
  for (const nth of views.keys()) await widget(page, nth).drawn();
  return { page, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
