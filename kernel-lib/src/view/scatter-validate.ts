/** The fields of a scatter, checked: each point has a class, a text and a place in every frame. */
import { complain, type Fields, FLOATS, list, number, numbers, object, oneOf, text, whole } from "./checks";
import type { ScatterView } from "./scatter-types";

const MAX_POINTS = 100_000;
const MAX_CLASSES = 256;
const MAX_LAYERS = 1024;
const MAX_SITES = 16;
const MAX_AXES = 16;
const MAX_PROMPT = 20_000;
const METHODS = ["lda", "pca"];

/** Checks what a scatter has beyond every view. */
export function scatterFields(view: Fields): ScatterView {
  const prompts = list("prompts", view.prompts, MAX_POINTS);
  if (prompts.length === 0) complain("prompts", [], "must hold at least one prompt");
  // A prompt may hold any character: it is shown by promptText, never as it is.
  for (const [at, prompt] of prompts.entries())
    if (typeof prompt !== "string" || prompt.length > MAX_PROMPT)
      complain(`prompts[${at}]`, prompt, `must be a text of at most ${MAX_PROMPT} characters`);
  const classes = classLabels(view.classes);
  const classOf = numbers("classOf", view.classOf, [prompts.length], ["int32"]);
  const stray = classOf.findIndex((k) => k < 0 || k >= classes);
  if (stray >= 0) complain(`classOf[${stray}]`, classOf[stray], `must be 0 to ${classes - 1}`);
  whole("position", view.position, -1_000_000, 1_000_000);
  whole("modelLayers", view.modelLayers, 1, MAX_LAYERS);
  const layers = list("layers", view.layers, MAX_LAYERS);
  for (const [at, layer] of layers.entries()) whole(`layers[${at}]`, layer, 0, (view.modelLayers as number) - 1);
  distinct("layers", layers);
  const sites = list("sites", view.sites, MAX_SITES);
  for (const [at, site] of sites.entries()) text(`sites[${at}]`, site, 100);
  distinct("sites", sites);
  const methods = list("methods", view.methods, METHODS.length);
  for (const [at, method] of methods.entries()) oneOf(`methods[${at}]`, method, METHODS);
  distinct("methods", methods);
  for (const [name, values] of Object.entries({ layers, sites, methods }))
    if (values.length === 0) complain(name, [], "must not be empty");
  const known = { sites, layers, methods };
  frames(view.frames, prompts.length, known);
  probes(view.probes, known);
  const shown = object("shown", view.shown);
  oneOf("shown.site", shown.site, sites);
  oneOf("shown.method", shown.method, methods);
  oneOf("shown.layer", shown.layer, layers);
  return view as unknown as ScatterView;
}

interface Known {
  sites: unknown[];
  layers: unknown[];
  methods: unknown[];
}

function classLabels(value: unknown): number {
  const classes = list("classes", value, MAX_CLASSES).map((item, at) => {
    const fields = object(`classes[${at}]`, item);
    text(`classes[${at}].label`, fields.label, 200);
    if (fields.family !== null) text(`classes[${at}].family`, fields.family, 200);
    return fields.label;
  });
  if (classes.length === 0) complain("classes", [], "must hold at least one class");
  distinct("classes", classes);
  return classes.length;
}

function distinct(name: string, values: readonly unknown[]): void {
  if (new Set(values).size !== values.length) complain(name, values, "must hold each of its entries once");
}

function frames(value: unknown, points: number, { sites, layers, methods }: Known): void {
  const keys = list("frames", value, sites.length * layers.length * methods.length).map((item, at) => {
    const name = `frames[${at}]`;
    const fields = object(name, item);
    oneOf(`${name}.site`, fields.site, sites);
    oneOf(`${name}.layer`, fields.layer, layers);
    oneOf(`${name}.method`, fields.method, methods);
    const shares = list(`${name}.ratios`, fields.ratios, MAX_CLASSES);
    for (const [axis, share] of shares.entries()) {
      const given = number(`${name}.ratios[${axis}]`, share);
      // With room for the rounding of a sum.
      if (given < -1e-9 || given > 1 + 1e-9) complain(`${name}.ratios[${axis}]`, given, "must be a share from 0 to 1");
    }
    const packed = object(`${name}.points`, fields.points);
    const axes = list(`${name}.points.shape`, packed.shape, 8)[1];
    whole(`${name}.points.shape[1]`, axes, 1, MAX_AXES);
    if (shares.length < (axes as number)) complain(`${name}.ratios`, shares, `must tell of all ${axes} axes`);
    numbers(`${name}.points`, packed, [points, axes as number], FLOATS);
    return `${fields.site} ${fields.layer} ${fields.method}`;
  });
  distinct("frames", keys);
}

function probes(value: unknown, { sites, layers }: Known): void {
  const keys = list("probes", value, sites.length * layers.length).map((item, at) => {
    const name = `probes[${at}]`;
    const fields = object(name, item);
    oneOf(`${name}.site`, fields.site, sites);
    oneOf(`${name}.layer`, fields.layer, layers);
    for (const key of ["accuracy", "low", "high", "control", "chance"]) {
      const given = number(`${name}.${key}`, fields[key]);
      if (given < 0 || given > 1) complain(`${name}.${key}`, given, "must be a share from 0 to 1");
    }
    return `${fields.site} ${fields.layer}`;
  });
  distinct("probes", keys);
}
