/** Who judges answers, and by what. Apart from judge.ts, so that public types need no other package. */

export interface JudgeSpec {
  /** The endpoint's base ("https://api.openai.com/v1"), or its whole chat/completions address. */
  url: string;
  model: string;
  /** Name of the environment variable that holds the key; the key itself is never written anywhere. */
  apiKeyEnv?: string;
  instruction: string;
  /** What an appropriate answer is: "the name of a color". */
  criterion: string;
  timeoutSeconds: number;
  /** Times a request that failed for a while is made again. */
  retries: number;
  /** Joined to the request's body. */
  parameters: Readonly<Record<string, string | number | boolean>>;
}
