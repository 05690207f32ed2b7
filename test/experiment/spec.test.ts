import { describe, expect, test } from "vitest";
import { SpecError } from "../../kernel-lib/src/errors";
import { resolveSpec } from "../../kernel-lib/src/experiment/spec";
import { plainModel } from "../support/plain-model";

const { config } = plainModel({
  normPlacement: "post",
  nLayers: 4,
  nHeads: 2,
  nKvHeads: 2,
  dHead: 2,
  dMlp: 4,
  vocab: 50,
  seed: 1,
});
const model = { name: "tiny", config, tokenizer: null };

const sample = { source: [0, 5, 6], sourcePosition: -1, target: [0, 7, 8], targetPosition: 0, answer: 9 };
const good = {
  schema: "patchbay.spec/1",
  kind: "patch-sweep",
  model: "tiny",
  protocol: "paper",
  site: "resid_post",
  samples: [sample],
  tuples: { sizes: [1, 2] },
};
const withSample = (change: object) => ({ ...good, samples: [sample, { ...sample, ...change }] });

function complaintOf(spec: unknown): string {
  try {
    resolveSpec(spec, model);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("resolveSpec()", () => {
  test("counts positions from the front and cuts the source where it is read", () => {
    const { job } = resolveSpec(withSample({ sourcePosition: -2, targetPosition: -1, reference: [1, 2] }), model);
    expect(job.samples[1]).toEqual({
      source: [0, 5],
      target: [0, 7, 8],
      targetPosition: 2,
      reference: [1, 2],
      answer: 9,
    });
    expect(job.samples[0].reference).toBeNull();
  });

  test("keeps the spec as given, with defaults filled in", () => {
    const { protocol, site, ...short } = good;
    expect(resolveSpec(short, model).spec).toEqual(good);
  });

  test("lists sizes in order, and makes listed tuples ascending and unique", () => {
    expect(resolveSpec(good, model).job.tuples).toHaveLength(10);
    const { job, spec } = resolveSpec({ ...good, tuples: { list: [[3, 1], [0], [1, 3]] } }, model);
    expect(job.tuples).toEqual([[1, 3], [0]]);
    expect(spec.tuples).toEqual({ list: [[1, 3], [0]] });
  });

  test.each([
    [
      "a layer that is not there",
      { ...good, tuples: { list: [[0], [1, 4]] } },
      "tuples.list[1][1] is 4, must be a layer of tiny, from 0 to 3",
    ],
    ["a negative layer", { ...good, tuples: { list: [[-1]] } }, "tuples.list[0][0] is -1, must be a layer"],
    ["a layer given twice", { ...good, tuples: { list: [[2, 0, 2]] } }, "tuples.list[0][2] is 2, stands twice"],
    [
      "an empty tuple",
      { ...good, tuples: { list: [[]] } },
      'tuples.list[0] is "a list of 0", must hold at least one layer',
    ],
    [
      "an empty list",
      { ...good, tuples: { list: [] } },
      'tuples.list is "a list of 0", must hold at least one of tuples',
    ],
    ["a tuple that is no list", { ...good, tuples: { list: [3] } }, "tuples.list[0] is 3, must be a list of layers"],
    [
      "both sizes and list",
      { ...good, tuples: { sizes: [1], list: [[1]] } },
      'tuples is "an object", must have either',
    ],
    ["neither sizes nor list", { ...good, tuples: {} }, 'tuples is "an object", must have either'],
    ["size 4", { ...good, tuples: { sizes: [1, 4] } }, "tuples.sizes[1] is 4, must be a whole number from 1 to 3"],
    ["no tuples", { ...good, tuples: undefined }, "tuples: is missing"],
    [
      "an id beyond the vocabulary",
      withSample({ target: [0, 50] }),
      "samples[1].target[1] is 50, must be a token id of tiny, from 0 to 49",
    ],
    ["a negative id", withSample({ source: [-1] }), "samples[1].source[0] is -1, must be a token id"],
    [
      "an id that is no whole number",
      withSample({ source: [1, 2.5] }),
      "samples[1].source[1] is 2.5, must be a token id",
    ],
    ["an id that is text", withSample({ source: [1, "2"] }), 'samples[1].source[1] is "2", must be a token id'],
    ["an answer beyond the vocabulary", withSample({ answer: 50 }), "samples[1].answer is 50, must be a token id"],
    [
      "text without a tokenizer",
      withSample({ source: "big" }),
      'samples[1].source is "big", is text, but tiny has no tokenizer',
    ],
    ["an empty prompt", withSample({ target: [] }), 'samples[1].target is "a list of 0", must have at least one token'],
    [
      "a prompt longer than the model",
      withSample({ target: new Array(65).fill(1) }),
      'samples[1].target is "65 tokens", must fit into the 64 positions',
    ],
    [
      "a position behind the prompt",
      withSample({ targetPosition: 3 }),
      "samples[1].targetPosition is 3, must lie in the prompt of 3 tokens",
    ],
    [
      "a position before the prompt",
      withSample({ sourcePosition: -4 }),
      "samples[1].sourcePosition is -4, must lie in the prompt",
    ],
    [
      "a position that is no whole number",
      withSample({ targetPosition: "0" }),
      'samples[1].targetPosition is "0", must be a position',
    ],
    ["a missing answer", withSample({ answer: undefined }), "samples[1].answer: is missing"],
    ["a sample that is no object", { ...good, samples: [7] }, "samples[0] is 7, must be an object"],
    ["no samples", { ...good, samples: [] }, 'samples is "a list of 0", must hold at least one of samples'],
    ["neither samples nor task", { ...good, samples: undefined }, "samples: is missing"],
    ["an unknown field", { ...good, tuple: 1 }, "tuple: is not a field of this spec"],
    ["an unknown field of a sample", withSample({ anwser: 1 }), "samples[1].anwser: is not a field of this spec"],
    [
      "another schema",
      { ...good, schema: "patchbay.spec/2" },
      'schema is "patchbay.spec/2", must be "patchbay.spec/1"',
    ],
    ["no schema", { ...good, schema: undefined }, "schema"],
    ["an unknown kind", { ...good, kind: "patch" }, 'kind is "patch", must be "patch-sweep"'],
    [
      "an unknown protocol",
      { ...good, protocol: "papers" },
      'protocol is "papers", must be "paper" or "released-code"',
    ],
    ["an unknown site", { ...good, site: "resid" }, 'site is "resid", must be "resid_post" or "attn_out" or "mlp_out"'],
    ["n beside samples", { ...good, n: 3 }, "n is 3, counts the items of a task"],
    ["a list instead of a spec", [good], 'spec is "a list of 1", must be an object'],
    ["null", null, "spec is null, must be an object"],
  ])("refuses %s", (_, spec, message) => {
    expect(complaintOf(spec)).toContain(message);
  });

  test("refuses lists beyond its bounds quickly and without walking into them", () => {
    expect(complaintOf({ ...good, samples: new Array(100_001).fill(null) })).toContain("must hold at most 100000");
    expect(complaintOf({ ...good, tuples: { list: new Array(200_001).fill(null) } })).toContain("at most 200000");
    const wide = { ...model, config: { ...config, nLayers: 1000 } };
    expect(() => resolveSpec({ ...good, tuples: { sizes: [3] } }, wide)).toThrow("166167000 tuples");
    const many = { ...good, samples: new Array(5000).fill(sample), tuples: { sizes: [1, 2, 3] } };
    expect(() => resolveSpec(many, { ...model, config: { ...config, nLayers: 32 } })).toThrow(
      "5,000 samples x 5,488 tuples",
    );
  });

  test("survives a value nested ten thousand deep", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(complaintOf(withSample({ source: deep }))).toContain("samples[1].source[0]");
    expect(complaintOf({ ...good, model: deep })).toContain("model");
  });
});
