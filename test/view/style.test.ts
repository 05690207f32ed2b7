/** One look: the data that figures read and the CSS that widgets read say the same, and every contrast that the
 *  palettes were chosen for is computed here again. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  contrast,
  inkOn,
  type PaletteName,
  palettes,
  parseHex,
  rampColour,
  type Theme,
  themes,
} from "../../kernel-lib/src/view";
import { luminance, toHex } from "../../kernel-lib/src/view/colour";

const css = readFileSync(new URL("../../style/tokens.css", import.meta.url), "utf8");

/** Custom properties of the first rule that begins with `selector {`, comments left out. */
function rule(selector: string): Map<string, string> {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ");
  const start = plain.indexOf(`${selector} {`);
  expect(start, selector).toBeGreaterThanOrEqual(0);
  const body = plain.slice(plain.indexOf("{", start) + 1, plain.indexOf("}", start));
  return new Map(Array.from(body.matchAll(/--pb-([\w-]+):\s*([^;]+);/g), (m) => [m[1], m[2].trim()]));
}
const light = rule(":root");
const dark = rule('[data-jp-theme-light="false"]');
const print = rule('.pb-print, [data-pb-medium="print"]');

test("tokens.css and the themes hold the same ramps, in light and dark", () => {
  for (const [theme, rules] of [
    [themes.light, light],
    [themes.dark, dark],
  ] as const) {
    const { diverging, sequential, rank, task, stage, pin, onPin } = theme.ramps;
    for (const [name, ramp] of Object.entries({ div: diverging, seq: sequential, rank, task, stage, pin })) {
      expect(rules.get(name), `${theme.name} ${name}`).toBe(ramp.join(" "));
    }
    expect(rules.get("on-pin")).toBe(onPin);
  }
  expect(themes.print.ramps).toEqual(themes.light.ramps);
});

test("the chrome of the figure themes is what tokens.css mixes from JupyterLab's own colours", () => {
  const jupyter = { light: ["#ffffff", "#000000"], dark: ["#212121", "#ffffff"] } as const;
  const mixed = (css: string | undefined, [layout, font]: readonly [string, string]) => {
    const share = Number(/color1\) ([\d.]+)%/.exec(css ?? "")?.[1]) / 100;
    const [a, b] = [parseHex(layout), parseHex(font)];
    return toHex([0, 1, 2].map((c) => share * a[c] + (1 - share) * b[c]) as unknown as [number, number, number]);
  };
  for (const name of ["light", "dark"] as const) {
    const get = (token: string) => (name === "dark" ? (dark.get(token) ?? light.get(token)) : light.get(token));
    const { text, text2, line, lineStrong } = themes[name].colour;
    expect([text, text2, line, lineStrong]).toEqual(
      ["text", "text-2", "line", "line-strong"].map((token) => mixed(get(token), jupyter[name])),
    );
  }
  for (const [token, key] of [
    ["surface", "surface"],
    ["text", "text"],
    ["text-2", "text2"],
    ["line", "line"],
    ["line-strong", "lineStrong"],
    ["ink", "ink"],
  ] as const) {
    expect(print.get(token)).toBe(themes.print.colour[key]);
  }
});

test("sizes in the CSS and in the themes agree", () => {
  const number = (rules: Map<string, string>, token: string) => Number.parseFloat(rules.get(token) ?? "");
  const { cell, hatch } = themes.light;
  expect([cell.min, cell.value, cell.max, cell.gap]).toEqual(
    ["cell-min", "cell-value", "cell-max", "cell-gap"].map((token) => number(light, token)),
  );
  expect([hatch.pitch, hatch.width, hatch.alpha]).toEqual(
    ["hatch-pitch", "hatch-width", "hatch-alpha"].map((token) => number(light, token)),
  );
  const points = (px: number) => px * 0.75;
  expect(points(themes.print.size.tick)).toBeCloseTo(number(print, "text-tick"), 9);
  expect(points(themes.print.size.label)).toBeCloseTo(number(print, "text-label"), 9);
  expect(points(themes.print.size.letter)).toBeCloseTo(number(print, "panel-letter"), 9);
  expect(points(themes.print.hatch.pitch)).toBeCloseTo(number(print, "hatch-pitch"), 9);
  expect(points(themes.print.cell.gap)).toBeCloseTo(number(print, "cell-gap"), 9);
});

/** The least contrast of a value's ink over the whole ramp, sampled finely. */
const leastInk = (ramp: readonly string[]) =>
  Math.min(...Array.from({ length: 2001 }, (_, i) => rampColour(ramp, i / 2000)).map((c) => contrast(c, inkOn(c))));

test.each(["light", "dark"] as const)("text in a cell is read at 4.5:1 or more anywhere on the ramps (%s)", (name) => {
  expect(leastInk(themes[name].ramps.diverging)).toBeGreaterThanOrEqual(4.5);
  expect(leastInk(themes[name].ramps.sequential)).toBeGreaterThanOrEqual(4.5);
});

test.each(Object.values(themes))("texts of theme $name are read at 4.5:1 or more on their surface", (theme: Theme) => {
  const { surface, text, text2, lineStrong } = theme.colour;
  expect(contrast(text, surface)).toBeGreaterThanOrEqual(7);
  expect(contrast(text2, surface)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(lineStrong, surface)).toBeGreaterThanOrEqual(3);
});

test.each(["light", "dark"] as const)("ranks, tasks, stages and pins stand out from the surface (%s)", (name) => {
  const { ramps, colour } = themes[name];
  const least = (colours: readonly string[], other: string) => Math.min(...colours.map((c) => contrast(c, other)));
  expect(least(ramps.rank, colour.surface)).toBeGreaterThanOrEqual(3);
  expect(least(ramps.task, colour.surface)).toBeGreaterThanOrEqual(3.5);
  expect(least(ramps.stage, colour.surface)).toBeGreaterThanOrEqual(3.5);
  expect(least(ramps.pin, ramps.onPin)).toBeGreaterThanOrEqual(6.25);
});

/** CIE L* of a colour. */
function lightness(hex: string): number {
  const y = luminance(hex);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

const brightnesses = ["light", "dark"] as const;
const everyPalette = (Object.keys(palettes) as PaletteName[]).flatMap((palette) =>
  brightnesses.map((name) => [palette, name] as const),
);

test("themes hold the first palette", () => {
  for (const name of brightnesses) expect(themes[name].ramps.diverging).toEqual(Object.values(palettes)[0][name]);
});

test.each(everyPalette)(
  "equal magnitudes have equal lightness, and values are read, on palette %s (%s)",
  (palette, name) => {
    const ramp = palettes[palette][name];
    expect(ramp).toHaveLength(17);
    expect(leastInk(ramp)).toBeGreaterThanOrEqual(4.5);
    for (let i = 0; i < 8; i++) {
      expect(Math.abs(lightness(ramp[i]) - lightness(ramp[16 - i])), `stop ${i}`).toBeLessThanOrEqual(0.3);
    }
    const toCentre = ramp.slice(0, 9).map(lightness);
    const sorted = [...toCentre].sort((a, b) => (name === "light" ? a - b : b - a));
    expect(toCentre).toEqual(sorted);
  },
);
