/** What a reader chose to see of a scatter: the frame, its axes and part, what is drawn with the points, and the tool. Pure.
 *  Nothing chosen is absent, so that the same choices fit every view. */
import { axesOf, type ScatterOptions, type ScatterView, type Window } from "patchbay/view";

export type Tool = "lasso" | "box";

export type Choices = Partial<Omit<ScatterOptions, "hidden">> & { readonly tool?: Tool };

const ON_OFF = { means: "Class means", ellipses: "Ellipses" } as const;

/** What is said of a choice; the layer has words of its own. */
export function chosenWords(choices: Choices): string | undefined {
  const { zoom, axes, site, method, density, tool } = choices;
  if (method !== undefined) return `${method.toUpperCase()}.`;
  if (axes !== undefined) return `Axes ${axes[0] + 1} and ${axes[1] + 1}.`;
  if (site !== undefined) return `Site ${site}.`;
  if (zoom !== undefined) return zoom === null ? "All of it." : "Part of it.";
  if (density !== undefined) return density === "off" ? "Density hidden." : "Density shown.";
  if (tool !== undefined) return tool === "box" ? "Drags draw a box." : "Drags draw a lasso.";
  for (const name of ["means", "ellipses"] as const)
    if (choices[name] !== undefined) return `${ON_OFF[name]} ${choices[name] ? "shown" : "hidden"}.`;
  return undefined;
}

/** Coordinates beyond this are no part of any picture. */
const FAR = 1e12;

const fields = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;

/** Choices from outside (a notebook's metadata), each as far as it fits this view. */
export function readChoices(value: unknown, view: ScatterView): Choices {
  const all = fields(value);
  const oneOf = <T>(name: string, allowed: readonly T[]): Record<string, T> =>
    allowed.includes(all[name] as T) ? { [name]: all[name] as T } : {};
  const axes = readAxes(all.axes, Math.max(0, ...view.frames.map(axesOf)));
  const zoom = readZoom(all.zoom);
  return {
    ...oneOf("site", view.sites),
    ...oneOf("method", view.methods),
    ...oneOf("layer", view.layers),
    ...oneOf("means", [true, false]),
    ...oneOf("ellipses", [true, false]),
    ...oneOf("density", ["auto", "on", "off"]),
    ...oneOf<Tool>("tool", ["lasso", "box"]),
    ...(axes && { axes }),
    ...(zoom && { zoom }),
  };
}

function readAxes(value: unknown, many: number): readonly [number, number] | null {
  const [a, b] = Array.isArray(value) ? value : [];
  const isAxis = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0 && (n as number) < many;
  return isAxis(a) && isAxis(b) && a < b ? [a, b] : null;
}

function readZoom(value: unknown): Window | null {
  const { x0, x1, y0, y1 } = fields(value);
  const isPlace = (n: unknown): n is number => typeof n === "number" && Math.abs(n) < FAR;
  if (!isPlace(x0) || !isPlace(x1) || !isPlace(y0) || !isPlace(y1)) return null;
  // Narrower than numbers can tell apart, there is nothing to be seen.
  const wide = (from: number, to: number) => to - from > 1e-9 * Math.max(Math.abs(from), Math.abs(to), 1e-300);
  return wide(x0, x1) && wide(y0, y1) ? { x0, x1, y0, y1 } : null;
}
