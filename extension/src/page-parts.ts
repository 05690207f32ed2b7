/** The widgets without JupyterLab, as the build has put them beside this extension: for pages that stand alone. */
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { type PageItem, type PageOptions, type PageParts, pageOf } from "patchbay/view";
import { download, fileName } from "./save-file";

let parts: Promise<PageParts> | null = null;

/** @throws Error when the server does not have the file */
export function pageParts(): Promise<PageParts> {
  parts ??= fetchParts();
  parts.catch(() => {
    parts = null;
  });
  return parts;
}

async function fetchParts(): Promise<PageParts> {
  const url = URLExt.join(PageConfig.getOption("fullLabextensionsUrl"), "@patchbay/jupyterlab/page.json");
  const answer = await fetch(url);
  if (!answer.ok)
    throw new Error(`the widgets for pages could not be fetched (${answer.status}): build the extension again`);
  return (await answer.json()) as PageParts;
}

/** Downloads one interactive page; gives its file name. */
export async function savePage(items: readonly PageItem[], options: PageOptions, title: string): Promise<string> {
  const name = fileName(title, "html");
  download(name, new Blob([pageOf(items, options, await pageParts())], { type: "text/html" }));
  return name;
}
