/** How Patchbay looks, as data: palettes, Vega theme values and journal sizes, read by the kernel (figures)
 *  and by the browser (widgets). This file is the source; tokens.css says the same to the DOM, and
 *  test/view/style.test.ts fails when the two differ or when a contrast falls below what was computed. */

const div = {
  light:
    "#213c70 #234d8c #2a65ad #3a7ec6 #589ad9 #7fb6e6 #a8d0ee #d1e5f4 #f7f7f6 #f1e0ce #e8c4a1 #e0a46e #d3833d #be6418 #a04d0d #80380e #662d14",
  dark: "#b5e4f7 #7fcbee #57b1e0 #4497c9 #3e7faf #3d688f #3b536f #364150 #313130 #4e3c33 #6b4936 #8b5833 #aa6b2f #c77f2b #dc9a41 #ecb86d #f2dab1",
};
/** The same lightness, stop by stop, in the other pair of hues that colour-blind eyes keep apart. */
const purpleGreen = {
  light:
    "#4d306a #613d84 #7b51a3 #9569bd #ad85d0 #c5a4e0 #d9c2eb #eadef3 #f7f7f6 #d2e8d5 #a6d6af #6fc282 #38aa5d #0d8f44 #007435 #025a28 #01481f",
  dark: "#ead5fa #d5b5ef #be99dd #a581c3 #8d6ca8 #745a89 #5c4a6b #463d4e #313130 #334436 #34593c #2c7140 #1d8b46 #2fa356 #4dbc6d #73d58b #b9e9c1",
};
const seq = {
  light: "#f7f7ec #d9ebc9 #a6dcb2 #6cc4aa #36a8a5 #07889d #04678f #1c497c #282f5f",
  dark: "#272d48 #224167 #075b7d #047687 #0e928f #4cac90 #82c592 #b8dc97 #eceec0",
};
const rank = {
  light: "#54104a #831169 #ac257f #bc5289 #b67b91",
  dark: "#fee4f2 #ffb7df #fa87cc #d96ba3 #9f667c",
};
const task = {
  light: "#004467 #d55a9b #049a64 #5c3800 #504ab9 #798f05 #07807b #9c6ee2",
  dark: "#63a4c2 #a9718b #5b8c65 #ffc96a #7478d5 #758b06 #73c3be #dbcafe",
};
const stage = { light: "#80868d #1f74b8 #43217f", dark: "#7b8188 #6bb3ea #d9c7ff" };
const pin = {
  light: "#b0126b #0b6e4f #5b3fc4 #8a4b00 #00687d #5c5c5c",
  dark: "#ff8fc7 #7fe0b0 #b7a6ff #ffc078 #7fdcf0 #d4d4d4",
};

const ramps = (brightness) => ({
  diverging: div[brightness].split(" "),
  sequential: seq[brightness].split(" "),
  rank: rank[brightness].split(" "),
  task: task[brightness].split(" "),
  stage: stage[brightness].split(" "),
  pin: pin[brightness].split(" "),
  onPin: brightness === "light" ? "#ffffff" : "#111111",
});

const uiFont = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const printFont = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";
const screen = {
  medium: "screen",
  font: uiFont,
  size: { title: 14, body: 13, label: 12, tick: 11, letter: 13 },
  cell: { min: 8, max: 44, value: 36, minus: 12, gap: 1, outline: null },
  hatch: { pitch: 6, width: 1, alpha: 0.6 },
  line: { axis: 0.75, minus: 1.25 },
};

/** Colours of the chrome where no JupyterLab theme is at hand: its light and dark themes' own values, mixed as in
 *  tokens.css. */
const light = {
  ...screen,
  name: "light",
  brightness: "light",
  colour: {
    surface: "#ffffff",
    text: "#1f1f1f",
    text2: "#5c5c5c",
    ink: "#000000",
    line: "#dbdbdb",
    lineStrong: "#737373",
  },
  ramps: ramps("light"),
};
const dark = {
  ...screen,
  name: "dark",
  brightness: "dark",
  colour: {
    surface: "#212121",
    text: "#e4e4e4",
    text2: "#bcbcbc",
    ink: "#ffffff",
    line: "#494949",
    lineStrong: "#8c8c8c",
  },
  ramps: ramps("dark"),
};
const highContrast = (theme, name, surface) => {
  const { ink } = theme.colour;
  return {
    ...theme,
    name,
    colour: { surface, text: ink, text2: ink, ink, line: ink, lineStrong: ink },
    cell: { ...theme.cell, gap: 2, outline: ink },
    hatch: { ...theme.hatch, width: 1.5 },
  };
};

/** Points to CSS pixels. */
const pt = (points) => (points * 4) / 3;
const print = {
  ...light,
  name: "print",
  medium: "print",
  font: printFont,
  size: { title: pt(7), body: pt(7), label: pt(7), tick: pt(6.5), letter: pt(9) },
  colour: {
    surface: "#ffffff",
    text: "#000000",
    text2: "#3d3d3d",
    ink: "#000000",
    line: "#c9c9c9",
    lineStrong: "#666666",
  },
  cell: { min: 2, max: 44, value: 28, minus: 7, gap: pt(0.4), outline: null },
  hatch: { pitch: pt(3), width: pt(0.4), alpha: 0.6 },
  line: { axis: pt(0.5), minus: pt(0.75) },
};

exports.themes = {
  light,
  dark,
  "hc-light": highContrast(light, "hc-light", "#ffffff"),
  "hc-dark": highContrast(dark, "hc-dark", "#111111"),
  print,
};

/** Diverging ramps to choose from, by brightness; the first is what themes hold. */
exports.palettes = {
  "blue-orange": { light: div.light.split(" "), dark: div.dark.split(" ") },
  "purple-green": { light: purpleGreen.light.split(" "), dark: purpleGreen.dark.split(" ") },
};

/** Widths of journal columns, in inches; at 96 CSS pixels per inch. */
exports.journal = { "single-column": 3.25, "double-column": 6.75 };
