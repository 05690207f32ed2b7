import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { tokenReader } from "../../kernel-lib/src/checkpoint/token-text";
import { readTokenizer } from "../../kernel-lib/src/checkpoint/tokenizer";
import type { Tokenizer } from "../../kernel-lib/src/checkpoint/types";
import { temporaryFolder } from "../support/temporary";
import { TINY_TOKENIZER_VOCAB, writeTinyTokenizer } from "../support/tiny-tokenizer";

const root = temporaryFolder();
let n = 0;
function folderWith(edit: (folder: string) => void): string {
  const folder = join(root, `t${n++}`);
  mkdirSync(folder);
  writeTinyTokenizer(folder);
  edit(folder);
  return folder;
}
function read(edit: (folder: string) => void = () => {}): Tokenizer {
  const tokenizer = readTokenizer(folderWith(edit));
  if (!tokenizer) throw new Error("no tokenizer");
  return tokenizer;
}
function editJson(folder: string, file: string, edit: (json: Record<string, unknown>) => void): void {
  const json = JSON.parse(readFileSync(join(folder, file), "utf8"));
  edit(json);
  writeFileSync(join(folder, file), JSON.stringify(json));
}

describe("a byte-level tokenizer", () => {
  let tokenizer: Tokenizer;
  beforeAll(() => {
    tokenizer = read();
  });

  test("gives the ids of its merges, and special tokens only when asked", () => {
    const ids = tokenizer.encode(" the capital");
    expect(ids.map((id) => tokenizer.tokenText(id))).toEqual([" the", " capital"]);
    expect(tokenizer.encode(" the capital", { addSpecialTokens: true })).toEqual([1, ...ids]);
    expect(tokenizer.tokenId("<s>")).toBe(1);
    expect(tokenizer.tokenId("<nobody>")).toBeNull();
    expect(tokenizer.vocabSize).toBe(TINY_TOKENIZER_VOCAB);
  });

  test.each(["plain", " the capital of France .", "naïve — 日本語 🙂", " two  spaces , n't", "\n\t", ""])(
    "gives %j back",
    (text) => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    },
  );

  test("shows special tokens as they are, and half a letter as its byte", () => {
    expect(tokenizer.tokenText(1)).toBe("<s>");
    const [first] = tokenizer.encode("é");
    expect(tokenizer.tokenText(first)).toBe("\\xC3");
    expect(tokenizer.decode([1, ...tokenizer.encode("a")], { skipSpecialTokens: true })).toBe("a");
  });

  test.each([-1, 1e9, 1.5, Number.NaN])("refuses to decode the id %d", (id) => {
    expect(() => tokenizer.decode([id])).toThrow(/token id is .*, must be one of this tokenizer's/);
    expect(() => tokenizer.tokenText(id)).toThrow(/token id/);
  });

  test("tidies spaces when tokenizer_config.json asks for it", () => {
    const tidy = read((folder) =>
      editJson(folder, "tokenizer_config.json", (json) => {
        json.clean_up_tokenization_spaces = true;
      }),
    );
    expect(tidy.decode(tidy.encode("France ."))).toBe("France.");
  });
});

describe("chat()", () => {
  const messages = [{ role: "user", content: "Hi" }] as const;

  test("renders tokenizer_config.json's template with the named tokens", () => {
    const { chat } = read();
    expect(chat?.(messages)).toBe("<s><|user|>Hi\n<|assistant|>");
    expect(chat?.(messages, { addGenerationPrompt: false })).toBe("<s><|user|>Hi\n");
  });

  test("prefers chat_template.jinja, and never prints today's date", () => {
    const { chat } = read((folder) =>
      writeFileSync(join(folder, "chat_template.jinja"), "{{ date_string }}: {{ messages[0].content }}"),
    );
    expect(chat?.(messages)).toBe("26 Jul 2024: Hi");
    expect(chat?.(messages, { dateString: "1 May 2025" })).toBe("1 May 2025: Hi");
  });

  test("is null without a template; takes the default of a list; names a template that fails", () => {
    const withTemplate = (template: unknown) =>
      read((folder) =>
        editJson(folder, "tokenizer_config.json", (json) => {
          json.chat_template = template;
        }),
      ).chat;
    expect(withTemplate(undefined)).toBeNull();
    expect(
      withTemplate([
        { name: "tool_use", template: "x" },
        { name: "default", template: "y" },
      ])?.(messages),
    ).toBe("y");
    expect(() => withTemplate("{{ raise_exception('no system role') }}")?.(messages)).toThrow(
      /chat template: failed: no system role/,
    );
    expect(() => withTemplate("{% for %}")?.(messages)).toThrow(/chat template: failed/);
  });
});

test("token texts of a SentencePiece vocabulary", () => {
  const readPiece = tokenReader({ decoder: { type: "Sequence", decoders: [{ type: "ByteFallback" }] } });
  expect(["▁big", "er", "<0x0A>", "<0xE2>"].map(readPiece)).toEqual([" big", "er", "\n", "\\xE2"]);
});

describe("readTokenizer() refuses", () => {
  const message = (file: string, content: string) => {
    const folder = folderWith((f) => writeFileSync(join(f, file), content));
    try {
      readTokenizer(folder);
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };

  test("files that are no tokenizer", () => {
    expect(message("tokenizer.json", "[]")).toMatch(/tokenizer.json: must be a JSON object/);
    expect(message("tokenizer.json", "{}")).toMatch(/tokenizer.json: cannot be used/);
    expect(message("tokenizer.json", "{")).toMatch(/tokenizer.json: must be valid JSON/);
    expect(message("tokenizer_config.json", "3")).toMatch(/tokenizer_config.json: must be a JSON object/);
    expect(message("tokenizer.json", `{"a":${'{"a":'.repeat(50)}`)).toMatch(/nesting/);
  });

  test.each([-1, 2 ** 31, 0.5, "7"])("the token id %j", (id) => {
    const folder = folderWith((f) =>
      editJson(f, "tokenizer.json", (json) => {
        (json.model as { vocab: Record<string, unknown> }).vocab.zzz = id;
      }),
    );
    expect(() => readTokenizer(folder)).toThrow(/id of token "zzz" is .*, must be a whole number from 0/);
  });
});

describe("a file that would compute for ever", () => {
  const PATIENCE_MS = 50;
  const endless = (edit: (folder: string) => void) => {
    const tokenizer = readTokenizer(folderWith(edit), PATIENCE_MS);
    if (!tokenizer) throw new Error("no tokenizer");
    return tokenizer;
  };
  const pattern = (folder: string) =>
    editJson(folder, "tokenizer.json", (json) => {
      json.pre_tokenizer = {
        type: "Split",
        pattern: { Regex: "(a+)+$" },
        behavior: "Isolated",
        invert: false,
      };
    });

  test("a pattern that backtracks without end is stopped, and named with the way out", () => {
    const { encode } = endless(pattern);
    expect(() => encode(`${"a".repeat(60)}b`)).toThrow(
      /^tokenizer\.json: takes longer than 0\.1 s over 61 characters\. One of its regular expressions may never/,
    );
    expect(encode("b").length).toBeGreaterThan(0);
  });

  test("a chat template whose loops do not end is stopped, and the next one still works", () => {
    const loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}";
    const { chat } = endless((folder) => writeFileSync(join(folder, "chat_template.jinja"), loops));
    expect(() => chat?.([{ role: "user", content: "Hi" }])).toThrow(
      /^chat template: takes longer than 0\.1 s over \d+ characters\. It may have a loop without an end/,
    );
    expect(read().chat?.([{ role: "user", content: "Hi" }])).toContain("Hi");
  });
});
