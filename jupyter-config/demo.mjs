/** `npm run demo`: what the quickstart does, in a terminal. Loads the demo model, patches every layer and pair of layers,
 *  and writes the heatmap as PNG and SVG. `npm run demo -- FOLDER` says where to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, relative, resolve } from "node:path";
import { ROOT, setUpLibrary } from "./setup.mjs";

const BAR_WIDTH = 30;
const REDRAW_MS = 60;
/** Without a terminal a line is written each time this share of the work is done. */
const STEP = 0.25;

await setUpLibrary();
const pb = createRequire(import.meta.url)(join(ROOT, "kernel-lib/dist/index.js"));
const { heatmapText } = createRequire(import.meta.url)(join(ROOT, "kernel-lib/dist/view/index.js"));

const folder = resolve(process.argv[2] ?? join(ROOT, "kernel-lib/build/demo"));
const { default: name } = JSON.parse(readFileSync(join(ROOT, "kernel-lib/demo/tasks.json"), "utf8"));
const task = pb.task(name);

const model = await pb.load("demo/dpo");
const { nLayers, dModel } = model.config;
const { device, precision } = model.provider;
console.log(`${model.name}: ${nLayers} layers of width ${dModel}, on ${device} in ${precision}`);
console.log(`Task "${task.name}": ${task.instruction}`);
const run = pb.patchSweep(model, { task, sizes: [1, 2] });
console.log(String(run.plan));

const stop = () => run.cancel();
process.once("SIGINT", stop);
followProgress(run);
const result = await run;
process.removeListener("SIGINT", stop);

const figure = pb.figure(result);
console.log(`\n${heatmapText(figure.view, { colour: colours(process.stdout) })}\n`);
const { layers, mean, ci, n } = result.best("rr_diff_target");
const interval = ci ? ` (95 % interval ${ci.map((x) => x.toFixed(2)).join(" to ")}, n = ${n})` : "";
console.log(`Best: layers ${layers.join(" + ")}, mean change of the reciprocal rank ${mean.toFixed(2)}${interval}.`);
for (const ending of ["png", "svg"]) {
  const file = join(folder, `${task.name}.${ending}`);
  await pb.save(figure, file);
  console.log(`Wrote ${shown(file)}`);
}
await model.close();
process.exitCode = result.state === "done" ? 0 : 130;

/** A bar that is redrawn in a terminal; a few lines elsewhere. */
function followProgress(run) {
  const { stderr } = process;
  let written = 0;
  let drawn = 0;
  run.onChange(() => {
    if (!run.ended && Date.now() - drawn < REDRAW_MS) return;
    drawn = Date.now();
    const { done, total, secondsLeft } = run.progress;
    const share = done / total;
    if (stderr.isTTY) {
      const filled = Math.round(share * BAR_WIDTH);
      const left = secondsLeft === null || run.ended ? "" : `  ${Math.ceil(secondsLeft)} s left`;
      stderr.write(`\r[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] ${done} of ${total}${left}\u001b[K`);
      if (run.ended) stderr.write("\n");
    } else if (share >= written + STEP || (run.ended && share > written)) {
      written = share;
      stderr.write(`${Math.round(share * 100)} % (${done} of ${total} samples x tuples)\n`);
    }
  });
}

/** What the terminal can show; NO_COLOR (https://no-color.org) switches colours off. */
function colours(stream) {
  if (!stream.isTTY || process.env.NO_COLOR) return "none";
  const depth = stream.getColorDepth();
  return depth >= 24 ? "truecolor" : depth >= 8 ? "256" : "none";
}

/** A path as the user would type it. */
function shown(file) {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") || isAbsolute(short) ? file : short;
}
