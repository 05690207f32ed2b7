/** The call that starts a path trace from options in a notebook. */
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { task as checkedTask, type OwnTask, promptsOf } from "../experiment/task";
import { resolveTraceSpec } from "../experiment/trace-spec";
import type { TraceSample } from "../experiment/trace-types";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import type { Equation } from "../path/types";
import { checkCall } from "./called";
import { TraceRun, type TraceRunOptions } from "./trace-run";

/** A prompt in token ids or, where the model has a tokenizer, in text. */
export interface TraceInput {
  tokens: readonly number[] | string;
  answer: number | string;
  /** Positions that paths may start from. Default "all". */
  sources?: "all" | readonly number[];
  label?: string;
}

/** Which prompts are traced, from which tokens, how wide, and which paths are kept. */
export interface PathTraceOptions extends TraceRunOptions {
  /** A bundled task by name, or one of your own: its instructions with their queries are traced. */
  task?: string | OwnTask;
  samples?: readonly TraceInput[];
  /** The first n items of the task. */
  n?: number;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
  /** Positions that the task's paths may start from; `instruction-end` is T_inst. Default "all". */
  sources?: "all" | "instruction-end" | readonly number[];
  /** Attended positions per head and query that count as edges. Default 1. */
  topK?: number;
  /** Paths are kept when the answer's rank is at most this. Default 100. */
  maxRank?: number;
  /** Default `eq3`. */
  equation?: Equation;
  /** Most paths of one sample; more is an error before the walk. */
  budget?: number;
}

/** Starts tracing: every path of top-attended hops from the sources to the last token is walked in the frozen model,
 *  and kept when it ranks the answer high enough (arXiv:2602.07930, section 6).
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const run = pb.pathTrace(model, { task: "capital", n: 5, sources: "instruction-end", maxRank: 10 });
 *  console.log((await run).table("counts")); */
export function pathTrace(model: Model, options: PathTraceOptions): TraceRun {
  checkCall("pathTrace()", model, options, '{ task: "capital" }');
  const { warnings, ...asked } = samplesAsked(model, options);
  return new TraceRun(model, resolveTraceSpec(questionOf(model, asked, options), model), options, warnings);
}

/** The spec that `pathTrace` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when neither or both of task and samples are given, or the task is wrong */
export function traceQuestion(
  model: SpecModel,
  options: PathTraceOptions,
): { kind: "path-trace"; samples: readonly unknown[] } & Record<string, unknown> {
  const { warnings: _, ...asked } = samplesAsked(model, options);
  return questionOf(model, asked, options);
}

interface Asked {
  samples: readonly unknown[];
  task?: string;
  chat?: boolean;
}

function questionOf({ name: model }: SpecModel, asked: Asked, options: PathTraceOptions) {
  const { topK, maxRank, equation, budget } = options;
  return { schema: SPEC_SCHEMA, kind: "path-trace" as const, model, ...asked, topK, maxRank, equation, budget };
}

function samplesAsked(model: SpecModel, options: PathTraceOptions): Asked & { warnings: readonly string[] } {
  const { task, samples, sources = "all" } = options;
  if ((task === undefined) === (samples === undefined))
    throw new SpecError({
      thing: "pathTrace()",
      rule: "needs either a task or samples",
      wayOut: 'For example { task: "capital", n: 5 }',
    });
  if (samples !== undefined && options.chat === true)
    throw new SpecError({ thing: "pathTrace(): chat", rule: "lays out a task's prompts, but samples are given" });
  if (samples !== undefined) return { samples, warnings: [] };
  const asked = checkedTask(task as string | OwnTask);
  const { prompts, warnings } = promptsOf(model, asked, { n: options.n, chat: options.chat });
  const traced = prompts.map(({ source, reference, answer, label }): TraceSample => {
    const from = sources === "instruction-end" ? [source.length - 1] : sources;
    return { tokens: reference, answer, sources: from, instructionEnd: source.length - 1, label };
  });
  return { samples: traced, task: asked.name, chat: options.chat, warnings };
}
