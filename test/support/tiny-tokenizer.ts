/** A small but real byte-level BPE tokenizer: every byte is a token, and a few merges make words. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const SPECIALS = ["<pad>", "<s>", "</s>"];
/** Pairs in order of rank; together they build " capital", " the", " of", " France". */
const MERGES: readonly string[] = [
  ..."Ġ t|h e|Ġt he|Ġ o|Ġo f|Ġ c|a p|Ġc ap|i t|a l|Ġcap it|Ġcapit al".split("|"),
  ..."Ġ F|r a|n c|ĠF ra|nc e|ĠFra nce".split("|"),
];

/** GPT-2's printable stand-ins for the 256 bytes. */
function byteAlphabet(): string[] {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

const TOKENS = [...SPECIALS, ...byteAlphabet(), ...MERGES.map((pair) => pair.replace(" ", ""))];
export const TINY_TOKENIZER_VOCAB = TOKENS.length;

const CHAT_TEMPLATE =
  "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}" +
  "{% if add_generation_prompt %}<|assistant|>{% endif %}";

export function writeTinyTokenizer(folder: string, chatTemplate: string | null = CHAT_TEMPLATE): void {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
      merges: MERGES,
    },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: "<s>",
    eos_token: "</s>",
    pad_token: "<pad>",
    ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
  };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
}
