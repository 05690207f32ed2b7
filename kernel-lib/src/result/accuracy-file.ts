/** An accuracy result as one file, `*.patchbay.json`. What is read is not trusted until every field was checked. */
import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import type { AccuracyAnswer, AccuracySpec } from "../experiment/accuracy-types";
import { MAX_SAMPLES } from "../experiment/limits";
import { AccuracyResult } from "./accuracy";
import { list, oneOf, record, refuse, text, whole } from "./fields";
import { checkMaking, checkTokenText } from "./file-checks";
import type { Making } from "./types";

const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 8;
const MAX_TOKENS = 1_000_000;
const MAX_TEXT = 20_000;
const MAX_SCOPE = 10_000;

/** The text of an accuracy result's file.
 *  @example writeFileSync("accuracy.patchbay.json", serializeAccuracy(result)) */
export function serializeAccuracy({ data }: AccuracyResult): string {
  const { schema, kind, state, spec, making, tokenText, answers } = data;
  return `${JSON.stringify({ schema, kind, state, spec, making, tokenText, answers })}\n`;
}

/** The accuracy result that a file holds.
 *  @throws ResultError that names the field, its value, the rule and the way out */
export function parseAccuracy(file: string | Uint8Array, name = "result"): AccuracyResult {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const fields = record(name, parseJson(bytes, limits));
  const making = checkMaking(fields.making);
  const spec = checkSpec(fields.spec, making.model);
  const state = oneOf("state", fields.state, ["done", "stopped", "partial"]);
  const given = list("answers", fields.answers, spec.samples.length);
  if (state === "done" && given.length !== spec.samples.length)
    refuse("answers", given, `must be those to the ${spec.samples.length} samples, since the state is done`);
  return new AccuracyResult({
    schema: oneOf("schema", fields.schema, ["patchbay.result/1"]),
    kind: oneOf("kind", fields.kind, ["accuracy"]),
    ...{ state, spec, making },
    answers: given.map((answer, i) => checkAnswer(`answers[${i}]`, answer, making.model)),
    tokenText: checkTokenText(fields.tokenText, making.model.vocab),
  });
}

function checkSpec(value: unknown, model: Making["model"]): AccuracySpec {
  const spec = record("spec", value);
  oneOf("spec.schema", spec.schema, ["patchbay.spec/1"]);
  oneOf("spec.kind", spec.kind, ["accuracy"]);
  oneOf("spec.match", spec.match, ["exact", "lenient"]);
  text("spec.model", spec.model, 4096);
  whole("spec.maxNewTokens", spec.maxNewTokens, 1, MAX_TOKENS);
  if (spec.task !== undefined) text("spec.task", spec.task, 4096);
  if (spec.instruction !== undefined) text("spec.instruction", spec.instruction, MAX_TEXT);
  if (spec.chat !== undefined && typeof spec.chat !== "boolean")
    refuse("spec.chat", spec.chat, "must be true or false");
  texts("spec.stop", spec.stop, 16);
  if (spec.scope !== undefined) texts("spec.scope", spec.scope, MAX_SCOPE);
  if (spec.judge !== undefined) checkJudge(spec.judge);
  list("spec.samples", spec.samples, MAX_SAMPLES).forEach((entry, i) => {
    const at = `spec.samples[${i}]`;
    const sample = record(at, entry);
    ids(`${at}.prompt`, sample.prompt, model);
    text(`${at}.answer`, sample.answer, MAX_TEXT);
    if (sample.scope !== undefined) texts(`${at}.scope`, sample.scope, MAX_SCOPE);
    if (sample.label !== undefined) text(`${at}.label`, sample.label);
  });
  return spec as unknown as AccuracySpec;
}

function checkJudge(value: unknown): void {
  const judge = record("spec.judge", value);
  for (const key of ["url", "model", "instruction", "criterion"]) text(`spec.judge.${key}`, judge[key], MAX_TEXT);
  if (judge.apiKeyEnv !== undefined) text("spec.judge.apiKeyEnv", judge.apiKeyEnv);
  record("spec.judge.parameters", judge.parameters);
}

/** One answer of a file or of a journal, checked; `at` names it in messages.
 *  @throws ResultError */
export function checkAnswer(at: string, value: unknown, model: Pick<Making["model"], "vocab">): AccuracyAnswer {
  const answer = record(at, value);
  const { verdict, reply } = answer;
  if (verdict !== null && typeof verdict !== "boolean") refuse(`${at}.verdict`, verdict, "must be true, false or null");
  return {
    tokens: ids(`${at}.tokens`, answer.tokens, model),
    text: text(`${at}.text`, answer.text, MAX_TEXT * 10),
    stopped: oneOf(`${at}.stopped`, answer.stopped, ["eos", "stop", "length"]),
    verdict: verdict as boolean | null,
    reply: reply === null ? null : text(`${at}.reply`, reply, MAX_TEXT),
  };
}

const ids = (at: string, value: unknown, { vocab }: Pick<Making["model"], "vocab">): number[] =>
  list(at, value, MAX_TOKENS).map((id, t) => whole(`${at}[${t}]`, id, 0, vocab - 1));

function texts(at: string, value: unknown, most: number): void {
  for (const [i, words] of list(at, value, most).entries()) text(`${at}[${i}]`, words, MAX_TEXT);
}
