/** How a result came about: everything that a reader needs to get the same numbers again. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanKind } from "../experiment/plan";
import type { Model } from "../forward/types";
import type { Making } from "../result/types";
import { contentHash } from "./hash";

let version: string | null = null;

/** Patchbay's own version, from its package.json. */
export function patchbayVersion(): string {
  if (version === null) {
    const text = readFileSync(join(__dirname, "../../package.json"), "utf8");
    version = (JSON.parse(text) as { version: string }).version;
  }
  return version;
}

/** The making of a run that starts at `started` and has taken `seconds` so far. */
export function makingOf(
  model: Model,
  spec: object,
  run: { plan: PlanKind; seed: number; started: Date; seconds: number; warnings: readonly string[] },
): Making {
  const { modelType, nLayers, nHeads, dModel, vocab } = model.config;
  const { name, fingerprint, checkpoint, provider } = model;
  return {
    patchbay: patchbayVersion(),
    model: { name, fingerprint, modelType, nLayers, nHeads, dModel, vocab, parameters: checkpoint.parameters },
    provider: { ...provider },
    plan: run.plan,
    seed: run.seed,
    started: run.started.toISOString(),
    seconds: run.seconds,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    specHash: contentHash(spec),
    warnings: [...run.warnings],
  };
}

/** Texts of tokens, for labels. Ids that the tokenizer does not have are left out. */
export function tokenTextOf({ tokenizer }: Model, tokens: Iterable<number>): Record<number, string> {
  if (!tokenizer) return {};
  const known = [...new Set(tokens)].filter((id) => id < tokenizer.vocabSize).sort((a, b) => a - b);
  return Object.fromEntries(known.map((id) => [id, tokenizer.tokenText(id)]));
}
