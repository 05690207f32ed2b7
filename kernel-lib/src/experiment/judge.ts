/** A language model as judge of answers (arXiv:2602.07930, appendix C and table 19): whether an answer is of the kind
 *  that the instruction asks for, right or wrong. It is asked over HTTP at an OpenAI-compatible endpoint, and is sent
 *  the instruction, the kind of answer and the answer, nothing else. */
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { PatchbayError } from "../errors";
import { countField, type Path, parseFields, refuse } from "./fields";
import type { JudgeSpec } from "./judge-types";

export interface Verdict {
  verdict: boolean | null;
  reply: string;
}

const MAX_TEXT = 20_000;
/** Bytes of a response that are read; a yes or a no takes about a thousand. */
const MAX_RESPONSE = 2 ** 18;
/** Characters of a reply that are kept, and of an answer that are sent. */
const MAX_REPLY = 200;
const MAX_ANSWER = 2000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

const field = (rule: string) =>
  z.string({ error: rule }).min(1, rule).max(MAX_TEXT, `${rule}, shorter than ${MAX_TEXT}`);

const judgeFields = z.strictObject(
  {
    url: field("must be an address"),
    model: field("must be the judge's name at the endpoint"),
    apiKeyEnv: z
      .string({ error: "must name an environment variable" })
      .regex(/^[A-Za-z_]\w{0,99}$/, "must name an environment variable, not hold a key")
      .optional(),
    instruction: field("must be the instruction that was followed"),
    criterion: field('must say what an appropriate answer is ("the name of a color")'),
    timeoutSeconds: countField(1, 3600).default(60),
    retries: countField(0, 20).default(4),
    parameters: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]), {
        error: "must be an object of plain values",
      })
      .default({ temperature: 0, max_tokens: 16 }),
  },
  { error: "must be an object with url and model" },
);

/** Checks a judge; asks nothing yet.
 *  @throws SpecError */
export function resolveJudge(given: unknown, path: Path): JudgeSpec {
  const judge = parseFields(judgeFields, given, path);
  const url = URL.canParse(judge.url) ? new URL(judge.url) : refuse([...path, "url"], judge.url, "must be an address");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    refuse([...path, "url"], judge.url, "must begin with https:// or http://");
  if (url.username !== "" || url.password !== "")
    refuse([...path, "url"], undefined, "must hold no key", "Put it into an environment variable and name that");
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (judge.apiKeyEnv !== undefined && url.protocol === "http:" && !isLocal)
    refuse([...path, "url"], judge.url, "must begin with https:// when a key is sent");
  for (const name of ["model", "messages", "stream"])
    if (Object.hasOwn(judge.parameters, name))
      refuse([...path, "parameters", name], judge.parameters[name], "is set by Patchbay");
  const { apiKeyEnv, ...rest } = judge;
  return apiKeyEnv === undefined ? rest : { ...rest, apiKeyEnv };
}

/** What the judge is asked, after table 19. */
export const judgePrompt = (
  { instruction, criterion }: Pick<JudgeSpec, "instruction" | "criterion">,
  answer: string,
): string =>
  "You will see the instruction of a task and an answer that someone gave. Whether the answer is right does not " +
  `matter. Decide only whether it is ${criterion}. Reply with one word, yes or no.\n` +
  `Instruction: ${JSON.stringify(instruction)}\nAnswer: ${JSON.stringify(answer.trim().slice(0, MAX_ANSWER))}\nDecision:`;

/** The judge's view of one answer.
 *  @throws PatchbayError when the endpoint refuses, or keeps failing; AbortError when the signal is aborted */
export async function askJudge(judge: JudgeSpec, answer: string, signal?: AbortSignal): Promise<Verdict> {
  const body = JSON.stringify({
    ...judge.parameters,
    model: judge.model,
    messages: [{ role: "user", content: judgePrompt(judge, answer) }],
  });
  for (let attempt = 0; ; attempt++) {
    const outcome = await request(judge, body, signal);
    if ("reply" in outcome) return { verdict: verdictOf(outcome.reply), reply: outcome.reply.slice(0, MAX_REPLY) };
    if (attempt === judge.retries || !outcome.again) {
      throw new PatchbayError({
        thing: `judge ${judge.model} at ${addressOf(judge)}`,
        rule: `${outcome.wrong}${attempt === 0 ? "" : `, ${attempt + 1} times`}`,
        wayOut: outcome.wayOut,
      });
    }
    const pause = Math.min(LONGEST_WAIT_MS, outcome.waitMs ?? FIRST_WAIT_MS * 2 ** attempt);
    await wait(pause, undefined, { signal });
  }
}

interface Failure {
  wrong: string;
  /** It may go away. */
  again: boolean;
  waitMs?: number;
  wayOut: string;
}

/** Yes or no, however it is dressed; null for anything else. */
function verdictOf(reply: string): boolean | null {
  const [, word] = /^[^\p{L}]*(yes|no)(?!\p{L})/iu.exec(reply) ?? [];
  return word === undefined ? null : word.toLowerCase() === "yes";
}

function addressOf({ url }: JudgeSpec): string {
  const address = new URL(url);
  if (!address.pathname.endsWith("/chat/completions"))
    address.pathname = `${address.pathname.replace(/\/+$/, "")}/chat/completions`;
  return address.href;
}

async function request(judge: JudgeSpec, body: string, signal?: AbortSignal): Promise<{ reply: string } | Failure> {
  const timeout = AbortSignal.timeout(judge.timeoutSeconds * 1000);
  const headers = { "content-type": "application/json", ...authorisation(judge) };
  try {
    const response = await fetch(addressOf(judge), {
      ...{ method: "POST", headers, body },
      // Elsewhere nobody has said that the key may go.
      redirect: "error",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await bounded(response);
    return response.ok ? replyOf(text) : refusal(response, text);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PatchbayError) throw error;
    const wayOut = "See that it runs and can be reached from here, then go on with the run";
    if (timeout.aborted) return { wrong: `did not answer within ${judge.timeoutSeconds} s`, again: true, wayOut };
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? message;
    return { wrong: `cannot be reached (${why})`, again: cause?.message !== "unexpected redirect", wayOut };
  }
}

function authorisation({ apiKeyEnv }: JudgeSpec): Record<string, string> {
  if (apiKeyEnv === undefined) return {};
  const key = process.env[apiKeyEnv];
  if (key !== undefined && key !== "") return { authorization: `Bearer ${key}` };
  throw new PatchbayError({
    thing: `judge: apiKeyEnv ${apiKeyEnv}`,
    rule: "must be an environment variable that holds the key",
    wayOut: "Set it where Patchbay is started",
  });
}

/** A response's text; more than a judge can have to say is an error, before memory is full. */
async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    const chunk = part.value;
    size += chunk.length;
    if (size > MAX_RESPONSE) {
      await reader?.cancel();
      throw new PatchbayError({
        thing: `judge at ${response.url}: response`,
        value: `more than ${MAX_RESPONSE} bytes`,
        rule: "must be a short answer",
        wayOut: "Look at whether this is an OpenAI-compatible endpoint",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function replyOf(text: string): { reply: string } | Failure {
  const wayOut = "Look at whether this is an OpenAI-compatible endpoint";
  try {
    const content = (JSON.parse(text) as { choices?: { message?: { content?: unknown } }[] }).choices?.[0]?.message
      ?.content;
    if (typeof content === "string") return { reply: content };
  } catch {
    return { wrong: `answered no JSON (${JSON.stringify(text.slice(0, MAX_REPLY))})`, again: false, wayOut };
  }
  return { wrong: `answered without choices[0].message.content (${text.slice(0, MAX_REPLY)})`, again: false, wayOut };
}

function refusal(response: Response, text: string): Failure {
  const { status } = response;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const said = text.trim() === "" ? "" : `: ${text.trim().slice(0, MAX_REPLY)}`;
  const isKey = status === 401 || status === 403;
  return {
    wrong: `answered ${status}${said}`,
    again: status === 408 || status === 429 || status >= 500,
    ...(Number.isFinite(seconds) && seconds >= 0 ? { waitMs: seconds * 1000 } : {}),
    wayOut: isKey
      ? "Name the variable that holds its key as apiKeyEnv"
      : "What is finished is kept: go on with the run later",
  };
}
