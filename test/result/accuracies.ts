/** Made-up accuracies for the tests of results: no model runs here. */
import type { AccuracyAnswer } from "../../kernel-lib/src/experiment/accuracy-types";
import { AccuracyResult } from "../../kernel-lib/src/result/accuracy";
import { making } from "./sweeps";

/** Results of a model that is right where `right` says so. */
export function answers(name: string, right: readonly boolean[], task = "capital"): AccuracyResult {
  const given = right.map((isRight): AccuracyAnswer => {
    return { tokens: [1], text: isRight ? " yes" : " no", stopped: "eos", verdict: null, reply: null };
  });
  return new AccuracyResult({
    ...{ schema: "patchbay.result/1", kind: "accuracy", state: "done", answers: given, tokenText: {} },
    spec: {
      ...{ schema: "patchbay.spec/1", kind: "accuracy", model: name, maxNewTokens: 8, stop: [], match: "exact", task },
      samples: right.map((_, i) => ({ prompt: [1], answer: "yes", label: `item ${i}` })),
      scope: ["yes", "no"],
    },
    making: { ...making(4), model: { ...making(4).model, name } },
  });
}
