/** Tokens as people can read them: what is invisible gets a sign, what could turn the line around gets a name.
 *  The text itself is never interpreted. */

/** A piece of a token's label: letters as they are, a sign for an invisible one, or a boxed name. */
export interface TokenPart {
  kind: "text" | "sign" | "box";
  text: string;
}

/** Graphemes shown before a label is cut in the middle. */
export const TOKEN_GRAPHEMES = 12;

const SIGNS: Readonly<Record<string, string>> = { " ": "·", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "⍽" };

/** Names of characters without a width, and of those that change the direction of what follows. */
const NAMES: Readonly<Record<string, string>> = {
  "\u00ad": "SHY",
  "\u061c": "ALM",
  "\u200b": "ZWSP",
  "\u200c": "ZWNJ",
  "\u200d": "ZWJ",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2028": "LS",
  "\u2029": "PS",
  "\u2060": "WJ",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\ufeff": "BOM",
};

/** `<0xE6><0x9D>`: bytes that are only a part of a character, as tokenizers with byte fallback write them. */
const BYTES = /^(<0x[0-9A-Fa-f]{2}>)+$/;

/** Splits a token's text into parts, in full.
 *  @example tokenParts(" big") // [{ kind: "sign", text: "·" }, { kind: "text", text: "big" }] */
export function tokenParts(text: string): TokenPart[] {
  if (text === "") return [{ kind: "sign", text: "∅" }];
  if (BYTES.test(text)) return [{ kind: "sign", text: `⟨${text.match(/[0-9A-Fa-f]{2}(?=>)/g)?.join(" ")}⟩` }];
  const parts: TokenPart[] = [];
  for (const { segment } of graphemes(text)) {
    // A joiner inside a grapheme belongs to it (family emoji, Indic conjuncts) and stays.
    const name = NAMES[segment];
    const code = segment.charCodeAt(0);
    let part: TokenPart = { kind: "text", text: segment };
    if (segment === "\r\n") part = { kind: "sign", text: "␍⏎" };
    else if (name !== undefined) part = { kind: "box", text: name };
    else if (SIGNS[segment] !== undefined) part = { kind: "sign", text: SIGNS[segment] };
    else if (code < 32 || (code >= 127 && code < 160)) {
      part = { kind: "box", text: `U+${code.toString(16).toUpperCase().padStart(4, "0")}` };
    }
    const last = parts.at(-1);
    if (last?.kind === part.kind && part.kind !== "box") last.text += part.text;
    else parts.push(part);
  }
  return parts;
}

/** A token as one line of text, cut in the middle when it is long.
 *  @example tokenLabel(" Donaudampfschiff") // "·Donau…schiff" */
export function tokenLabel(text: string, most: number = TOKEN_GRAPHEMES): string {
  const whole = tokenParts(text)
    .map((part) => (part.kind === "box" ? `[${part.text}]` : part.text))
    .join("");
  const shown = [...graphemes(whole)].map((g) => g.segment);
  if (shown.length <= most) return whole;
  const head = Math.ceil((most - 1) / 2);
  return `${shown.slice(0, head).join("")}…${shown.slice(shown.length - (most - 1 - head)).join("")}`;
}

const graphemes = (text: string) => new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
