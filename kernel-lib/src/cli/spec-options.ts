/** What `patchbay spec KIND` takes, kind by kind, as data: each option is a field of the notebook's call of that kind. */
import type { Command } from "commander";
import { PatchbayError } from "../errors";
import { readJson, token } from "./inputs";

/** An option as commander shows it, the field that it fills, and how its text is read. */
interface SpecOption {
  flags: string;
  /** The flag's name in camel case, as commander has it. */
  key: string;
  help: string;
  read?: (text: string, option: string) => unknown;
  required?: boolean;
}

export interface SpecKind {
  kind: string;
  help: string;
  options: readonly SpecOption[];
}

/** Layers and positions of one range; a longer one is a slip. */
const MAX_RANGE = 10_000;

const words = (text: string): string[] => text.split(",").map((word) => word.trim());

function number(text: string, option: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new PatchbayError({ thing: option, value: text, rule: "must be a number" });
}

const numbers = (text: string, option: string): number[] => words(text).map((word) => number(word, option));

/** `0-3,7` -> [0, 1, 2, 3, 7]; `-1` is the last one. */
function places(text: string, option: string): number[] {
  return words(text).flatMap((word) => {
    const [, from, to] = (/^(\d{1,6})-(\d{1,6})$/.exec(word) ?? []).map(Number);
    if (from <= to && to - from < MAX_RANGE) return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    if (/^-?\d{1,9}$/.test(word)) return [Number(word)];
    throw new PatchbayError({
      thing: option,
      value: word,
      rule: "must be whole numbers and ranges with commas between them",
      wayOut: "For example 0-3,7",
    });
  });
}

const placesOr =
  (...names: string[]) =>
  (text: string, option: string): string | number[] =>
    names.includes(text) ? text : places(text, option);

/** `0,0+3` -> [[0], [0, 3]] */
const tuples = (text: string, option: string): number[][] =>
  words(text).map((tuple) => tuple.split("+").map((layer) => places(layer, option)[0]));

const ownTask = (text: string): unknown => (text.endsWith(".json") ? readJson(text) : text);
const TASK: SpecOption = {
  flags: "--task <name>",
  key: "task",
  help: "a bundled task, or a file.json with { instruction, query, items } of your own",
  read: ownTask,
  required: true,
};
const N: SpecOption = { flags: "--n <n>", key: "n", help: "its first n samples; default all", read: number };
const CHAT: SpecOption = { flags: "--chat", key: "chat", help: "prompts in the checkpoint's chat template" };
const FILLER: SpecOption = {
  flags: "--filler <token>",
  key: "filler",
  help: "what stands for the instruction: an id or a token; default beginning of sequence",
  read: token,
};
const LAYERS: SpecOption = {
  flags: "--layers <list>",
  key: "layers",
  help: "such as 0-3,7; default all",
  read: places,
};
const SITE: SpecOption = {
  flags: "--site <name>",
  key: "site",
  help: "resid_post (default), attn_out or mlp_out",
};
const MAX_NEW: SpecOption = {
  flags: "--max-new-tokens <n>",
  key: "maxNewTokens",
  help: "most that is generated",
  read: number,
};

/** In the order of help. */
export const SPEC_KINDS: readonly SpecKind[] = [
  {
    kind: "patch-sweep",
    help: "patch all 1-, 2-, ... layer tuples of a task",
    options: [
      TASK,
      N,
      { flags: "--sizes <list>", key: "sizes", help: "all tuples of these sizes; default 1,2", read: numbers },
      { flags: "--tuples <list>", key: "tuples", help: "these tuples instead, such as 0,0+3", read: tuples },
      SITE,
      { flags: "--protocol <name>", key: "protocol", help: "paper (default) or released-code" },
      { flags: "--position <n>", key: "position", help: "released-code: 0 (default) or -1", read: number },
      FILLER,
      CHAT,
    ],
  },
  {
    kind: "path-trace",
    help: "trace paths of top-attended hops to the answer",
    options: [
      TASK,
      N,
      {
        flags: "--sources <list>",
        key: "sources",
        help: "all (default), instruction-end, or positions",
        read: placesOr("all", "instruction-end"),
      },
      { flags: "--top-k <n>", key: "topK", help: "hops of a head and query; default 1", read: number },
      { flags: "--max-rank <n>", key: "maxRank", help: "kept up to this rank; default 100", read: number },
      { flags: "--equation <name>", key: "equation", help: "eq3 (default) or released-code" },
      { flags: "--budget <n>", key: "budget", help: "most paths of a sample", read: number },
      CHAT,
    ],
  },
  {
    kind: "accuracy",
    help: "generate answers and count the right ones",
    options: [
      TASK,
      N,
      { flags: "--rephrasing <n>", key: "rephrasing", help: "which wording of the instruction, from 0", read: number },
      MAX_NEW,
      { flags: "--match <name>", key: "match", help: "exact (default) or lenient" },
      CHAT,
    ],
  },
  {
    kind: "geometry",
    help: "where rephrasings of instructions lie in each layer",
    options: [
      { ...TASK, flags: "--task <name,...>", help: "tasks, a family (adjectives) or a set (demo, paper)", read: words },
      { flags: "--rephrasings <n>", key: "rephrasings", help: "the first n of each task; default all", read: number },
      LAYERS,
      { flags: "--sites <name,...>", key: "sites", help: "default resid_post", read: words },
      { flags: "--position <n>", key: "position", help: "where prompts are read; default -1", read: number },
      { flags: "--methods <name,...>", key: "methods", help: "default lda,pca,probe", read: words },
      { flags: "--seed <n>", key: "seed", help: "of the probe's control; default 0", read: number },
      CHAT,
    ],
  },
  {
    kind: "patch-grid",
    help: "patch position by position, or head by head",
    options: [
      TASK,
      { flags: "--against <name>", key: "against", help: "another task's instruction, or query" },
      N,
      { flags: "--by <name>", key: "by", help: "position (default) or head" },
      { ...SITE, help: "resid_post (default), resid_pre, attn_out, mlp_out; by head z" },
      LAYERS,
      {
        flags: "--positions <list>",
        key: "positions",
        help: "all, last, instruction-end, or such as -3,-1",
        read: placesOr("all", "last", "instruction-end"),
      },
      FILLER,
      CHAT,
    ],
  },
  {
    kind: "steer",
    help: "add an instruction vector at a range of strengths",
    options: [
      TASK,
      N,
      LAYERS,
      { flags: "--coefficients <list>", key: "coefficients", help: "default 0,0.5,1,1.5,2,4", read: numbers },
      {
        flags: "--positions <list>",
        key: "positions",
        help: "filler (default), last, all, or a list",
        read: placesOr("filler", "last", "all"),
      },
      SITE,
      MAX_NEW,
      { flags: "--wordings <name>", key: "wordings", help: "instruction (default) or rephrasings" },
      { flags: "--minus <name>", key: "minus", help: "filler (default), nothing, or another task" },
      FILLER,
      CHAT,
    ],
  },
  {
    kind: "cross-task",
    help: "put one task's vector into another's queries",
    options: [
      { flags: "--tasks <name,...>", key: "tasks", help: "at least two", read: words, required: true },
      N,
      LAYERS,
      SITE,
      { flags: "--into <name>", key: "into", help: "query (default) or instruction" },
      FILLER,
      CHAT,
    ],
  },
  {
    kind: "logit-lens",
    help: "what each layer would predict",
    options: [
      { ...TASK, help: `${TASK.help}; or --prompt`, required: false },
      N,
      { flags: "--prompt <text>", key: "prompt", help: "a text instead of a task" },
      { flags: "--answer <token>", key: "answer", help: "of --prompt: whose rank is read", read: token },
      SITE,
      LAYERS,
      { flags: "--positions <list>", key: "positions", help: "such as -3,-1; default all", read: placesOr("all") },
    ],
  },
];

/** Gives a command the options of a kind, with readers that name the option in their errors. */
export function addOptions(command: Command, { options }: SpecKind): void {
  command.requiredOption("--model <model>", "a demo, a folder or a hub name");
  for (const { flags, help, read = (text: string) => text, required } of options) {
    const [option] = flags.split(" ");
    const parse = (text: string) => read(text, option);
    if (!flags.includes("<")) command.option(flags, help);
    else if (required) command.requiredOption(flags, help, parse);
    else command.option(flags, help, parse);
  }
  command.option("--out <file.json>", "the file to write; default: standard output");
}

/** @throws PatchbayError */
export function unknownKind(kind: string): never {
  const kinds = SPEC_KINDS.map((known) => known.kind).join(", ");
  throw new PatchbayError({ thing: "kind", value: kind, rule: `must be one of ${kinds}` });
}
