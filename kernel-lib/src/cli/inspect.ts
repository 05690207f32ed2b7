/** `patchbay inspect MODEL`: what a checkpoint is, without loading it. */
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { blockHooks, hookNames, outerHooks } from "../graph/hooks";
import { defaultMemoryBudget } from "../session/limits";
import { availableBackends, chooseProvider } from "../session/provider";
import { counted } from "../words";
import { bytesText } from "./progress";

export async function inspect(name: string, { json }: { json?: boolean }): Promise<void> {
  const checkpoint = await openCheckpoint(name);
  const facts = await factsOf(checkpoint);
  process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : asText(checkpoint, facts)}\n`);
}

type Facts = Awaited<ReturnType<typeof factsOf>>;

async function factsOf(checkpoint: Checkpoint) {
  const { name, folder, config, tensors, parameters, fingerprint, tokenizer } = checkpoint;
  const stored = [...tensors.values()];
  const weightsOnDisk = stored.reduce((bytes, { length }) => bytes + length, 0);
  const provider = await chooseProvider("auto");
  return {
    name,
    folder,
    fingerprint,
    config,
    parameters,
    dtypes: [...new Set(stored.map(({ dtype }) => dtype))].sort(),
    files: [...new Set(stored.map(({ file }) => file))].sort(),
    tensors: Object.fromEntries(stored.map(({ name, dtype, shape }) => [name, { dtype, shape }])),
    tokenizer: tokenizer === null ? null : { vocabSize: tokenizer.vocabSize, chatTemplate: tokenizer.chat !== null },
    hooks: hookNames(config),
    provider: { ...provider, available: availableBackends() },
    // Weights are computed with in F32 whatever they are stored in.
    memory: { weightsOnDisk, weightsF32: 4 * parameters, budget: defaultMemoryBudget() },
  };
}

function asText({ config: c, tokenizer }: Checkpoint, facts: Facts): string {
  const heads =
    c.nKvHeads === c.nHeads
      ? counted(c.nHeads, "head")
      : `${counted(c.nHeads, "head")}, ${c.nKvHeads} of keys and values`;
  const rope = c.rope.scaling.kind === "none" ? "" : `, ${c.rope.scaling.kind} scaling x ${c.rope.scaling.factor}`;
  const fits = facts.memory.weightsF32 <= facts.memory.budget ? "resident" : "streamed block by block";
  const { before, after } = outerHooks(c);
  const rows: [string, string][] = [
    ["model", facts.name],
    ["folder", facts.folder],
    ["fingerprint", facts.fingerprint],
    ["architecture", `${c.modelType}, norm ${c.normPlacement === "pre" ? "before" : "after"} each branch`],
    ["layers", `${c.nLayers}`],
    ["width", `${c.dModel}, MLP ${c.dMlp} (${c.activation})`],
    ["attention", `${heads} of ${c.dHead}${c.qkNorm === "none" ? "" : ", queries and keys normalised"}`],
    ["positions", `${c.maxPositions}, rotary theta ${c.rope.theta}${rope}`],
    ["vocabulary", `${c.vocab}${c.tiedEmbeddings ? ", tied embeddings" : ""}`],
    [
      "tokenizer",
      tokenizer ? `${counted(tokenizer.vocabSize, "token")}${tokenizer.chat ? ", chat template" : ""}` : "none",
    ],
    ["parameters", facts.parameters.toLocaleString("en-GB")],
    [
      "stored as",
      `${facts.dtypes.join(", ")}, ${bytesText(facts.memory.weightsOnDisk)} in ${facts.files.length} file(s)`,
    ],
    [
      "memory",
      `${bytesText(facts.memory.weightsF32)} of weights as F32, ${fits} (budget ${bytesText(facts.memory.budget)})`,
    ],
    ["device", `${facts.provider.device} (${facts.provider.reason}), onnxruntime ${facts.provider.onnxruntime}`],
    ["hooks", `${facts.hooks.length}: ${[...before.keys(), ...after.keys()].join(", ")}`],
    ["", `blocks.0 to blocks.${c.nLayers - 1}: ${[...blockHooks(c).keys()].join(", ")}`],
  ];
  return rows.map(([key, value]) => `${key.padEnd(13)}${value}`).join("\n");
}
