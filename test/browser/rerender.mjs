/** New numbers into one output many times over, and what the page holds afterwards, its garbage collected. */
import { atRest } from "./lab.mjs";

/** A page that JupyterLab keeps busy may never be as it was. */
const MOST_COLLECTIONS = 8;

/** Sends the first cell's view again with changed titles, so that each time everything is drawn anew.
 *  @param times how often; waits for the picture's frame each time */
export const rerender = (page, times, nth = 0) =>
  page.evaluate(
    async ([mime, n, at]) => {
      const output = window.jupyterapp.shell.currentWidget.content.widgets[at].outputArea.model.get(0);
      const first = output.data;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (let i = 0; i < n; i++) {
        output.setData({ data: { ...first, [mime]: { ...first[mime], title: `Title ${i}` } } });
        for (let k = 0; k < 3; k++) await frame();
      }
      output.setData({ data: first });
      for (let k = 0; k < 5; k++) await frame();
    },
    ["application/vnd.patchbay.view.v1+json", times, nth],
  );

/** A measure of the page: megabytes of its JavaScript heap and nodes of its DOM that are held, garbage collected first. */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const collected = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return { mb: value("JSHeapUsedSize") / 2 ** 20, nodes: value("Nodes"), listeners: value("JSEventListeners") };
  };
  return async () => {
    // What hangs on a frame or a timer goes with the next time: it is over when a time brings nothing.
    let held = await collected();
    for (let times = 0; times < MOST_COLLECTIONS; times++) {
      await atRest(page);
      const before = held;
      held = await collected();
      if (held.nodes === before.nodes && held.listeners === before.listeners && before.mb - held.mb < 0.1) break;
    }
    return held;
  };
}
