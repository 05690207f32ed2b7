/** The scatter's controls: method, axes, site and layer; lasso or box; ellipses, means and density. */
import { axesOf, frameOf, MANY_POINTS, type ScatterOptions, type ScatterView } from "patchbay/view";
import type { MenuItem } from "../menu";
import type { AnyPart, Scene } from "../shell/types";
import type { Choices, Tool } from "./choices";

export interface ToolbarActs {
  options(): ScatterOptions;
  tool(): Tool;
  change(choices: Choices): void;
  playing(): boolean;
  play(): void;
}

/** From here on everything fits into one row. */
const ROOMY = 960;

const METHODS = { lda: "LDA", pca: "PCA" } as const;
/** Widths from which lasso and box stand in the row, without and with a choice of sites. */
const TOOL = { alone: 620, besideSites: 760 };
const toolInBar = ({ room, view }: Scene<ScatterView>) =>
  room.width >= (view.sites.length > 1 ? TOOL.besideSites : TOOL.alone);
const isRoomy = ({ room }: Scene<ScatterView>) => room.width >= ROOMY;

export function scatterToolbar(acts: ToolbarActs): AnyPart<ScatterView>["toolbar"] {
  const { options, change } = acts;
  return {
    parts: (scene) => {
      const { view } = scene;
      const axes = Math.max(...view.frames.map(axesOf), 0);
      return [view.methods, view.sites, view.layers, axes, isRoomy(scene), toolInBar(scene)];
    },
    build(bar, scene) {
      const { view, width } = scene;
      const pairs = axisPairs(view);
      const small = width === "narrow" || width === "tiny";
      const method = bar.segments(
        "Method",
        view.methods.map((name) => [METHODS[name], name] as const),
        (_, name) => options().method === name,
        (name) => change({ method: name, axes: [0, 1], zoom: null }),
      );
      const axes = bar.select(
        "Axes",
        pairs.map(([a, b]) => [`${a},${b}`, `${a + 1}, ${b + 1}`] as const),
        () => options().axes.join(),
        (value) => change({ axes: value.split(",").map(Number) as [number, number], zoom: null }),
      );
      const site = bar.select(
        "Site",
        view.sites.map((name) => [name, name] as const),
        () => options().site,
        (name) => change({ site: name, zoom: null }),
      );
      const layer = bar.select(
        "Layer",
        view.layers.map((l) => [String(l), String(l)] as const),
        () => String(options().layer),
        (value) => change({ layer: Number(value) }),
      );
      const tool = bar.segments(
        "Select by",
        [
          ["Lasso", "lasso"],
          ["Box", "box"],
        ] as const,
        (_, value) => acts.tool() === value,
        (value) => change({ tool: value }),
      );
      const ellipses = bar.switch(
        "Ellipses",
        () => options().ellipses,
        (on) => change({ ellipses: on }),
      );
      if (width === "tiny") return [layer];
      return [
        ...(view.methods.length > 1 && !small ? [method] : []),
        ...(pairs.length > 1 && !small ? [axes] : []),
        ...(view.sites.length > 1 && !small ? [site] : []),
        layer,
        ...(toolInBar(scene) ? [tool] : []),
        ...(isRoomy(scene) ? [ellipses] : []),
      ];
    },
    findInBar: isRoomy,
    more: (scene) => moreItems(acts, scene),
  };
}

function moreItems(acts: ToolbarActs, scene: Scene<ScatterView>): MenuItem[] {
  const { view, width } = scene;
  const { change, tool } = acts;
  const options = acts.options();
  const small = width === "narrow" || width === "tiny";
  const choice = (label: string, checked: boolean, act: () => void): MenuItem => ({ label, checked, act });
  return [
    ...(small && view.methods.length > 1
      ? view.methods.map((method) =>
          choice(METHODS[method], options.method === method, () => change({ method, axes: [0, 1], zoom: null })),
        )
      : []),
    ...(small && view.sites.length > 1
      ? view.sites.map((site) => choice(site, options.site === site, () => change({ site, zoom: null })))
      : []),
    ...(toolInBar(scene)
      ? []
      : [choice("Box instead of lasso", tool() === "box", () => change({ tool: tool() === "box" ? "lasso" : "box" }))]),
    choice("Ellipses, 2 sd", options.ellipses, () => change({ ellipses: !options.ellipses })),
    choice("Class means", options.means, () => change({ means: !options.means })),
    choice("Density", options.density === "on" || (options.density === "auto" && isDense(view)), () => {
      const on = options.density === "on" || (options.density === "auto" && isDense(view));
      change({ density: on ? "off" : "on" });
    }),
    ...(view.layers.length > 1
      ? [{ label: acts.playing() ? "Stop playing" : "Play layers", icon: "play" as const, act: acts.play }]
      : []),
  ];
}

const isDense = (view: ScatterView): boolean => view.prompts.length > MANY_POINTS;

/** All pairs of the axes that the chosen frame, or any, has. */
export function axisPairs(view: ScatterView): [number, number][] {
  const frame = frameOf(view, view.shown);
  const axes = Math.max(frame ? axesOf(frame) : 0, ...view.frames.map(axesOf), 1);
  const pairs: [number, number][] = [];
  for (let a = 0; a < axes; a++) for (let b = a + 1; b < axes; b++) pairs.push([a, b]);
  return pairs.length > 0 ? pairs : [[0, 1]];
}
