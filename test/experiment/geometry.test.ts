/** Specs of the geometry experiment: what is refused, and by which words. */
import { beforeAll, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import type { Checkpoint } from "../../kernel-lib/src/checkpoint/types";
import { readPart, resolveGeometrySpec } from "../../kernel-lib/src/experiment/geometry-spec";
import { groupsOfTasks, titleOfTasks } from "../../kernel-lib/src/experiment/geometry-tasks";
import { placesOf } from "../../kernel-lib/src/experiment/geometry-types";
import { taskNames } from "../../kernel-lib/src/experiment/task";

let model: Checkpoint;
beforeAll(async () => {
  model = await openCheckpoint("demo/dpo");
});

const group = (label: string, ...prompts: unknown[]) => ({ label, prompts });
const base = {
  schema: "patchbay.spec/1",
  kind: "geometry",
  model: "demo/dpo",
  groups: [group("a", [1, 5], [1, 6, 7]), group("b", [1, 8], [1, 9])],
};

test("a spec with nothing but groups is read at the last token, at resid_post of all layers, by all methods", () => {
  const spec = resolveGeometrySpec(base, model);
  expect(spec).toEqual({
    ...base,
    position: -1,
    sites: ["resid_post"],
    layers: [0, 1, 2, 3, 4, 5, 6, 7],
    methods: ["lda", "pca", "probe"],
    seed: 0,
  });
  expect(resolveGeometrySpec(spec, model)).toEqual(spec);
});

test("`site` is the one of `sites`; places go layer by layer", () => {
  expect(resolveGeometrySpec({ ...base, site: "mlp_out" }, model).sites).toEqual(["mlp_out"]);
  const spec = resolveGeometrySpec({ ...base, sites: ["mlp_out", "resid_post"], layers: [3, 1] }, model);
  expect(placesOf(spec).map(({ site, layer }) => `${layer} ${site}`)).toEqual([
    "1 resid_post",
    "1 mlp_out",
    "3 resid_post",
    "3 mlp_out",
  ]);
});

test("text is tokenised by the model; what stands behind the position is not read", () => {
  const spec = resolveGeometrySpec({ ...base, groups: [group("a", "Find it.", "Say it."), base.groups[1]] }, model);
  expect(spec.groups[0].prompts[0][0]).toBe(model.config.bosId);
  expect(readPart(-2, [1, 5, 6])).toEqual([1, 5]);
  expect(readPart(0, [1, 5, 6])).toEqual([1]);
});

test("an instruction in a chat is read at its own last token, behind the template's beginning", () => {
  const render = (messages: readonly { content: string }[]) => `State ${messages[0].content} Now answer.`;
  const tokenizer = Object.create(model.tokenizer as object, { chat: { value: render } });
  const wordings = { rephrasings: 1 };
  const [plain] = groupsOfTasks(model, "antonym", wordings)[0].prompts;
  const [chat] = groupsOfTasks({ ...model, tokenizer }, "antonym", { ...wordings, chat: true })[0].prompts;
  const text = (ids: readonly number[]) => model.tokenizer?.decode(ids, { skipSpecialTokens: true }).trim();
  expect(text(chat)).toBe(`State ${text(plain)}`);
});

test("a family is its tasks, a set is all of them, and each task gives as many rephrasings as are asked for", () => {
  const groups = groupsOfTasks(model, ["animals", "antonym"], { rephrasings: 7 });
  expect(groups.map(({ label, prompts }) => `${label} ${prompts.length}`)).toEqual([
    "animals.color 7",
    "animals.can_fly 7",
    "antonym 7",
  ]);
  const all = groupsOfTasks(model, "paper");
  expect(all.map(({ label }) => label)).toEqual(taskNames("paper"));
  expect(all.every(({ prompts }) => prompts.length === 200)).toBe(true);
  expect(titleOfTasks(["animals", "antonym"])).toBe("animals, antonym");
});

test.each([
  [{ groups: undefined }, /groups: is missing.*task/],
  [{ groups: [base.groups[0]] }, /groups is "one group", must be two or more for lda and probe.*pca/],
  [{ groups: [group("a", [1]), group("b", [2])] }, /groups is "2 prompts", must be more than the 2 groups for lda/],
  [{ groups: [group("a", [1]), group("b", [2], [3])], methods: ["probe"] }, /groups\[0\]\.prompts.*two or more/],
  [{ groups: [group("a", [1], [2]), group("a", [3], [4])] }, /groups\[1\]\.label is "a"/],
  [{ groups: [group("a", [1, 99999]), base.groups[1]] }, /groups\[0\]\.prompts\[0\]\[1\] is 99999/],
  [{ groups: [group("a", []), base.groups[1]] }, /groups\[0\]\.prompts\[0\].*at least one token/],
  [{ position: -3 }, /position is -3, must lie in every prompt, and groups\[0\]\.prompts\[0\] has 2 tokens/],
  [{ position: 2 }, /position is 2, must lie in every prompt/],
  [{ site: "resid_post", sites: ["mlp_out"] }, /site.*says what sites says/],
  [{ sites: ["resid_pre"] }, /sites\[0\] is "resid_pre", must be "resid_post" or/],
  [{ layers: [8] }, /layers\[0\] is 8, must be a layer of demo\/dpo, from 0 to 7/],
  [{ methods: ["tsne"] }, /methods\[0\] is "tsne", must be "lda" or "pca" or "probe"/],
  [{ seed: -1 }, /seed is -1/],
  [{ rephrasings: 3 }, /rephrasings is 3, counts those of a task/],
  [{ chat: true }, /chat is true, is how tasks become prompts/],
  [{ groups: undefined, task: "antonym", chat: 1 }, /chat is 1, must be true or false/],
  [{ groups: undefined, task: "adjectivs" }, /task is "adjectivs", must be a task/],
  [{ groups: undefined, task: "antonym", rephrasings: 41 }, /rephrasings is 41.*40 that task antonym has/],
  [{ groups: undefined, task: ["antonym", 3] }, /task\[1\] is 3/],
  [{ extra: 1 }, /extra: is not a field/],
])("refuses %j", (wrong, message) => {
  expect(() => resolveGeometrySpec({ ...base, ...wrong }, model)).toThrow(message);
});
