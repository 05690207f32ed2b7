/** `patchbay generate MODEL --text TEXT | --tokens FILE.json`: greedy, with a K/V cache. */
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { checkTokens } from "../forward/check";
import { openModel } from "../forward/model";
import type { Generation } from "../forward/types";
import { type DeviceFlags, deviceOptions, readTokens, wholeNumber } from "./inputs";
import { Progress } from "./progress";

export interface GenerateCommand extends DeviceFlags {
  text?: string;
  tokens?: string;
  chat?: boolean;
  maxNewTokens: string;
  json?: boolean;
}

/** Prints text for --text, `[[id, ...], ...]` for --tokens: new tokens only, without prompt and stop token. */
export async function generate(name: string, options: GenerateCommand, signal: AbortSignal): Promise<void> {
  checkChoice(options);
  const checkpoint = await openCheckpoint(name);
  const prompts =
    options.text === undefined ? readTokens(options.tokens ?? "", checkpoint) : [encode(options, checkpoint)];
  const maxNewTokens = wholeNumber("--max-new-tokens", options.maxNewTokens, 1, checkpoint.config.maxPositions);
  const longest = Math.max(...prompts.map(({ length }) => length));
  if (longest >= checkpoint.config.maxPositions)
    throw new PatchbayError({
      thing: "prompt: tokens",
      value: longest,
      rule: `must be less than the model's ${checkpoint.config.maxPositions} positions, to leave room for a new one`,
    });
  const model = await openModel(checkpoint, deviceOptions(options));
  const progress = new Progress();
  const made: Generation[] = [];
  try {
    for (const [i, prompt] of prompts.entries()) {
      if (prompts.length > 1) progress.show(`prompt ${i + 1} of ${prompts.length}`);
      made.push(await model.generate(prompt, { maxNewTokens, signal }));
      signal.throwIfAborted();
    }
  } finally {
    progress.end();
    await model.close();
  }
  process.stdout.write(`${show(made, options)}\n`);
}

function checkChoice({ text, tokens, chat }: GenerateCommand): void {
  if ((text === undefined) === (tokens === undefined))
    throw new PatchbayError({ thing: "prompt", rule: "must be given either by --text or by --tokens" });
  if (chat && text === undefined)
    throw new PatchbayError({ thing: "--chat", rule: "renders the message of --text, which is missing" });
}

function encode({ text = "", chat }: GenerateCommand, { name, tokenizer, config }: Checkpoint): number[] {
  if (tokenizer === null)
    throw new PatchbayError({
      thing: "--text",
      rule: `needs a tokenizer, and ${name} has no tokenizer.json`,
      wayOut: "Give token ids by --tokens",
    });
  if (!chat)
    return Array.from(checkTokens(tokenizer.encode(text, { addSpecialTokens: true }), config, "--text: tokens"));
  if (tokenizer.chat === null)
    throw new PatchbayError({ thing: "--chat", rule: `${name} has no chat template`, wayOut: "Leave --chat out" });
  // A template writes the special tokens itself.
  return Array.from(
    checkTokens(tokenizer.encode(tokenizer.chat([{ role: "user", content: text }])), config, "--text: tokens"),
  );
}

function show(made: readonly Generation[], { text, json }: GenerateCommand): string {
  if (json) return JSON.stringify(made);
  if (text !== undefined) return made[0].text ?? "";
  return `[${made.map(({ tokens }) => JSON.stringify(tokens)).join(",\n ")}]`;
}
