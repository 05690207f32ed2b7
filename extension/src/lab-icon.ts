/** Patchbay's icon as JupyterLab takes icons: two sockets and a cord, in the text's colour. */
import { LabIcon } from "@jupyterlab/ui-components";

export const patchbayIcon = new LabIcon({
  name: "patchbay:icon",
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="none"><g class="jp-icon3" stroke="#616161" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"><path d="M5.5 3a2.5 2.5 0 100 5 2.5 2.5 0 000-5M10.5 8a2.5 2.5 0 100 5 2.5 2.5 0 000-5M5.5 8c0 3 1 2.5 2.5 2.5"/></g></svg>',
});
