/** `patchbay.spec/1`, kind `geometry`: one JSON value that says in full whose representations are compared, where they
 *  are read and by which methods; checked before anything runs. */
import { z } from "zod";
import type { ModelConfig } from "../checkpoint/types";
import { counted } from "../words";
import {
  choiceField,
  countField,
  headFields,
  labelField,
  listField,
  type Path,
  parseFields,
  parseSpec,
  positionField,
  promptField,
  refuse,
  resolveLayers,
  resolvePosition,
  resolvePrompt,
  SPEC_SCHEMA,
} from "./fields";
import { groupsOfTasks, titleOfTasks } from "./geometry-tasks";
import { FOLDS, GEOMETRY_METHODS, type GeometryMethod, type GeometrySpec, type PromptGroup } from "./geometry-types";
import type { Site, SpecModel } from "./types";

/** Pairs of groups are compared too. */
export const MAX_GROUPS = 64;
/** The methods hold a square of prompts or features in memory. */
export const MAX_PROMPTS = 20_000;
const SITES: readonly Site[] = ["resid_post", "attn_out", "mlp_out"];

const envelope = z.strictObject({
  ...headFields("geometry"),
  groups: listField(MAX_GROUPS, "groups").optional(),
  task: z.unknown().optional(),
  rephrasings: countField(1, MAX_PROMPTS).optional(),
  chat: z.boolean("must be true or false").optional(),
  position: positionField.default(-1),
  site: choiceField<Site>(...SITES).optional(),
  sites: listField(SITES.length, "sites").optional(),
  layers: z.unknown().default("all"),
  methods: listField(GEOMETRY_METHODS.length, "methods").default([...GEOMETRY_METHODS]),
  seed: countField(0, 2 ** 32 - 1).default(0),
});

const groupFields = z.strictObject(
  { label: labelField, prompts: listField(MAX_PROMPTS, "prompts"), family: labelField.optional() },
  { error: "must be an object with label and prompts" },
);

/** Checks a JSON value against the schema and the model; text becomes ids, tasks become groups, `"all"` the model's
 *  layers, `site` the one of `sites`.
 *  @throws SpecError that names the field, its value, the rule and the way out
 *  @example resolveGeometrySpec(JSON.parse(text), model).layers */
export function resolveGeometrySpec(json: unknown, model: SpecModel): GeometrySpec {
  const given = parseSpec(envelope, json);
  const { groups, task } = groupsAsked(given, model);
  const labels = groups.map(({ label }) => label);
  labels.forEach((label, k) => {
    if (labels.indexOf(label) < k) refuse(["groups", k, "label"], label, "must be the label of one group alone");
  });
  if (groups.length > MAX_GROUPS) refuse(["groups"], `${groups.length} groups`, `must be at most ${MAX_GROUPS}`);
  const total = groups.reduce((n, { prompts }) => n + prompts.length, 0);
  if (total > MAX_PROMPTS) refuse(["groups"], `${total} prompts`, `must hold at most ${MAX_PROMPTS} together`);
  checkPosition(given.position, groups);
  const methods = some<GeometryMethod>(given.methods, "methods", GEOMETRY_METHODS);
  checkSizes(groups, methods);
  return {
    schema: SPEC_SCHEMA,
    kind: "geometry",
    model: given.model,
    groups,
    position: given.position,
    sites: sitesAsked(given),
    layers:
      given.layers === "all"
        ? Array.from({ length: model.config.nLayers }, (_, layer) => layer)
        : resolveLayers(given.layers, ["layers"], model),
    methods,
    seed: given.seed,
    ...(task === undefined ? {} : { task }),
    ...(given.chat === true ? { chat: true } : {}),
  };
}

type Given = z.infer<typeof envelope>;

/** Groups, with the task as their title; or the groups of tasks. */
function groupsAsked(
  { groups, task, rephrasings, chat }: Given,
  model: SpecModel,
): { groups: PromptGroup[]; task?: string } {
  if (groups !== undefined) {
    if (rephrasings !== undefined)
      refuse(["rephrasings"], rephrasings, "counts those of a task, but groups are given", "Take one of the two out");
    // A resolved spec says how its groups were made of tasks.
    if (chat !== undefined && task === undefined)
      refuse(["chat"], chat, "is how tasks become prompts, but groups are given", "Take it out");
    const title = task === undefined ? undefined : parseFields(labelField, task, ["task"]);
    return { groups: groups.map((entry, k) => resolveGroup(entry, ["groups", k], model)), task: title };
  }
  if (task === undefined)
    refuse(["groups"], undefined, "is missing", 'Give groups, or a task: "adjectives", ["antonym", "comparative"]');
  const names = Array.isArray(task)
    ? parseFields(listField(MAX_GROUPS, "tasks"), task, ["task"]).map((entry, i) =>
        parseFields(labelField, entry, ["task", i]),
      )
    : parseFields(labelField, task, ["task"]);
  return { groups: groupsOfTasks(model, names, { rephrasings, chat }), task: titleOfTasks(names) };
}

function resolveGroup(entry: unknown, path: Path, model: SpecModel): PromptGroup {
  const { label, prompts, family } = parseFields(groupFields, entry, path);
  const resolved = prompts.map((prompt, i) => {
    const at = [...path, "prompts", i];
    return resolvePrompt(parseFields(promptField, prompt, at), at, model);
  });
  return { label, prompts: resolved, ...(family === undefined ? {} : { family }) };
}

function checkPosition(position: number, groups: readonly PromptGroup[]): void {
  groups.forEach(({ prompts }, k) => {
    prompts.forEach(({ length }, i) => {
      if (position < -length || position >= length)
        refuse(
          ["position"],
          position,
          `must lie in every prompt, and groups[${k}].prompts[${i}] has ${counted(length, "token")}`,
        );
    });
  });
}

function sitesAsked({ site, sites }: Given): Site[] {
  if (sites === undefined) return [site ?? "resid_post"];
  if (site !== undefined) refuse(["site"], site, "says what sites says already", "Take one of the two out");
  return some<Site>(sites, "sites", SITES);
}

/** Those of `known` that are asked for, in its order, each once. */
function some<T extends string>(given: readonly unknown[], field: string, known: readonly T[]): T[] {
  const asked = given.map((value, i) => parseFields(choiceField<T>(...known), value, [field, i]));
  return known.filter((word) => asked.includes(word));
}

/** What a method cannot be computed from is refused, not left out. */
function checkSizes(groups: readonly PromptGroup[], methods: readonly GeometryMethod[]): void {
  const sizes = groups.map(({ prompts }) => prompts.length);
  const total = sizes.reduce((a, b) => a + b, 0);
  const telling = methods.filter((method) => method !== "pca");
  if (groups.length < 2 && telling.length > 0)
    refuse(["groups"], "one group", `must be two or more for ${telling.join(" and ")}`, 'Or ask for methods: ["pca"]');
  if (methods.includes("lda") && total <= groups.length)
    refuse(["groups"], `${total} prompts`, `must be more than the ${groups.length} groups for lda`);
  if (methods.includes("probe") && Math.min(...sizes) < 2)
    refuse(
      ["groups", sizes.findIndex((size) => size < 2), "prompts"],
      "one prompt",
      "must be two or more for the probe, which is tried on prompts that it was not trained on",
    );
  if (methods.includes("pca") && total < 2) refuse(["groups"], "one prompt", "must be two or more for pca");
}

/** A prompt up to and with the token that is read: a causal model cannot tell what follows. */
export const readPart = (position: number, prompt: readonly number[]): readonly number[] =>
  prompt.slice(0, resolvePosition(position, prompt.length, ["position"]) + 1);

/** Fewer prompts for each dimension, and discriminants lie a deviation or more apart by any labels. */
const PROMPTS_PER_DIMENSION = 5;

/** What a reader should know of the prompts before trusting a picture or an accuracy. */
export function geometryWarnings(
  { groups, position, methods }: GeometrySpec,
  { dModel }: Pick<ModelConfig, "dModel">,
): string[] {
  const warnings: string[] = [];
  const total = groups.reduce((n, { prompts }) => n + prompts.length, 0);
  if (methods.includes("lda") && total < PROMPTS_PER_DIMENSION * dModel)
    warnings.push(
      `discriminants are fitted to ${counted(total, "prompt")} of ${dModel} dimensions, and so few look apart by any labels: ` +
        "go by the probe, its control and the separation, which are measured on held-out prompts",
    );
  const smallest = Math.min(...groups.map(({ prompts }) => prompts.length));
  if (methods.includes("probe") && smallest < FOLDS)
    warnings.push(
      `the smallest group has ${counted(smallest, "prompt")}: the probe has as many folds instead of the usual ${FOLDS}`,
    );
  const seen = new Map<string, Set<number>>();
  let repeats = 0;
  groups.forEach(({ prompts }, k) => {
    for (const prompt of prompts) {
      const key = readPart(position, prompt).join();
      if (seen.has(key)) repeats++;
      seen.set(key, (seen.get(key) ?? new Set()).add(k));
    }
  });
  if (repeats > 0)
    warnings.push(
      `${counted(repeats, "prompt is", "prompts are")} read alike to others: a probe may be tried on what it was trained on`,
    );
  const shared = [...seen.values()].filter((of) => of.size > 1).length;
  if (shared > 0)
    warnings.push(
      `${counted(shared, "prompt stands", "prompts stand")} in several groups: nothing can tell these apart`,
    );
  return warnings;
}
