/** `patchbay reproduce --model PATH [--model PATH] [--tasks NAME,...] --out FOLDER`: the whole paper on checkpoints.
 *  The same command goes on with a folder that was stopped; finished experiments are not run again. */

import { statSync } from "node:fs";
import { PatchbayError } from "../errors";
import type { Protocol } from "../experiment/types";
import { type Reproduced, type ReproduceProgress, reproduce } from "../run/reproduce";
import { REPRODUCE_PARTS, type ReproducePart } from "../run/reproduce-jobs";
import { counted } from "../words";
import { type DeviceFlags, deviceOptions, type MemoryFlags, memoryOptions, token, wholeNumber } from "./inputs";
import { EXIT } from "./outcome";
import { Progress, secondsText } from "./progress";

export interface ReproduceCommand extends MemoryFlags, DeviceFlags {
  model: readonly string[];
  out: string;
  tasks?: string;
  n?: string;
  rephrasings?: string;
  maxRank?: string;
  skip?: string;
  protocol?: string;
  filler?: string;
  chat?: boolean;
  only?: string;
  seed: string;
  resamples: string;
}

const MAX_COUNT = 100_000;
const MAX_SEED = 4_294_967_295;
const BAR = 20;

export async function reproduceCommand(options: ReproduceCommand, signal: AbortSignal): Promise<void> {
  const { model: models, out, n, rephrasings, maxRank } = options;
  if (statSync(out, { throwIfNoEntry: false })?.isFile())
    throw new PatchbayError({ thing: `--out ${out}`, rule: "is a file", wayOut: "Name a folder" });
  const count = (name: string, text: string | undefined, most: number, least = 1) =>
    text === undefined ? undefined : wholeNumber(name, text, least, most);
  const progress = new Progress();
  const started = Date.now();
  try {
    const made = await reproduce({
      models,
      out,
      tasks: named(options.tasks),
      n: count("--n", n, MAX_COUNT),
      rephrasings: count("--rephrasings", rephrasings, MAX_COUNT, 2),
      maxRank: count("--max-rank", maxRank, 1_000_000),
      skip: parts(options.skip),
      protocol: protocolOf(options.protocol),
      filler: options.filler === undefined ? undefined : token(options.filler),
      chat: options.chat,
      only: named(options.only),
      seed: wholeNumber("--seed", options.seed, 0, MAX_SEED),
      resamples: wholeNumber("--resamples", options.resamples, 1, 1_000_000),
      load: { ...deviceOptions(options), ...memoryOptions(options) },
      signal,
      onProgress: (state) => progress.show(barText(state)),
    });
    progress.end(ending(made, (Date.now() - started) / 1000, out));
    if (made.state === "stopped") process.exitCode = EXIT.cancelled;
    else if (made.failed.length > 0) process.exitCode = EXIT.failed;
  } finally {
    progress.end();
  }
}

/** "[######--------------] 31 % · 9 of 30 · demo/dpo: path analysis (k = 2), antonym · 2 min left" */
export function barText({ done, total, share, doing, secondsLeft, atLeast }: ReproduceProgress): string {
  const filled = Math.round(BAR * share);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR - filled)}]`;
  const left = secondsLeft === null ? "" : ` · ${atLeast ? "more than " : ""}${secondsText(secondsLeft)} left`;
  return `${bar} ${Math.floor(100 * share)} % · ${done} of ${total}${left} · ${doing}`;
}

function ending(
  { state, ran, kept, failed, written, missing, report }: Reproduced,
  seconds: number,
  out: string,
): string {
  const lines = [
    ...failed.map(({ model, title, reason }) => `not run: ${model}: ${title}: ${reason}`),
    `${counted(ran, "experiment")} run, ${kept} found finished in ${out}, ${secondsText(seconds)}`,
  ];
  if (state === "stopped") lines.push("stopped; the same command goes on");
  else lines.push(`${written.length} tables and figures, ${missing.length} not to be had of these results: ${report}`);
  return lines.join("\n");
}

const named = (text: string | undefined): string[] | undefined =>
  text
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

function protocolOf(text: string | undefined): Protocol | undefined {
  if (text === undefined || text === "paper" || text === "released-code") return text;
  throw new PatchbayError({ thing: "--protocol", value: text, rule: "must be paper or released-code" });
}

function parts(text: string | undefined): ReproducePart[] {
  const list = named(text) ?? [];
  for (const name of list) {
    if ((REPRODUCE_PARTS as readonly string[]).includes(name)) continue;
    throw new PatchbayError({ thing: "--skip", value: name, rule: `must be one of ${REPRODUCE_PARTS.join(", ")}` });
  }
  return list as ReproducePart[];
}
