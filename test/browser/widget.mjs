/** A widget as its readers have it: focused, walked by keys, pointed at, and what it says and keeps. The same for every
 *  kind of widget, in a notebook, a document or a page of its own. */
import { PATIENCE, settled } from "./lab.mjs";

/** @param nth which of the page's views */
export function widget(page, nth = 0) {
  const view = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .pb-view, .pb-page .pb-view").nth(nth);
  const part = (selector) => view.locator(selector);
  const stage = part(".pb-stage");
  /** The middle of what the keyboard's brackets stand around, in pixels of the window. */
  const underCursor = async () => {
    const box = await part(".pb-frame-cursor").first().boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  return {
    view,
    part,
    stage,
    underCursor,
    drawn: async () => {
      await view.scrollIntoViewIfNeeded();
      await part(".pb-picture :is(svg, canvas)").first().waitFor();
      // What stands above it may still be growing.
      await settled(page);
    },
    focus: () => stage.focus(),
    press: async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    },
    readout: () => part(".pb-readout-first").textContent(),
    pins: () => part(".pb-overlay .pb-badge-numeral").count(),
    /** Puts the cursor somewhere by keys, then takes the focus away and the pointer there. */
    hover: async (...keys) => {
      await page.mouse.move(0, 0);
      await stage.focus();
      for (const key of keys) await page.keyboard.press(key);
      await part(".pb-frame-cursor")
        .first()
        .evaluate((node) => node.scrollIntoView({ block: "nearest" }));
      await settled(page);
      const at = await underCursor();
      await stage.blur();
      await page.mouse.move(at[0] + 1, at[1]);
      await page.mouse.move(...at);
      return at;
    },
    away: () => page.mouse.move(0, 0),
    /** What is kept with the notebook, once it is like that.
     *  @param like gets selection and pins */
    kept: (like) =>
      until(async () => {
        const kept = await page.evaluate((at) => {
          const cells = window.jupyterapp.shell.currentWidget.content.widgets;
          return cells[at].outputArea.model.get(0).metadata.patchbay ?? null;
        }, nth);
        return like({ selection: [], pins: [], ...kept });
      }, `what is kept: ${like}`),
    /** Waits until the live region says something like that. */
    spoken: (pattern) =>
      until(async () => pattern.test(await part(".pb-spoken").textContent()), `the live region says ${pattern}`),
  };
}

/** Waits until a text is like that. */
export const says = (locator, pattern) =>
  until(async () => pattern.test(await locator.textContent()), `${locator} says ${pattern}`);

/** Asks until the answer is yes, for a while. */
export async function until(ask, what) {
  const end = Date.now() + PATIENCE;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
