/** One token as people read it: ` big`, not `Ġbig` or `▁big`; bytes that are no text alone as `\xE2`.
 *  decode() is no help here: it drops the leading space of some tokenizers and turns half a letter into �. */
import { asObject } from "./json";

/** How the tokens of this tokenizer.json are to be read. */
export function tokenReader(tokenizerJson: Record<string, unknown>): (token: string) => string {
  return usesByteLevel(tokenizerJson.decoder) ? readByteLevel : readPiece;
}

function usesByteLevel(decoder: unknown): boolean {
  const entry = asObject(decoder);
  if (entry?.type === "ByteLevel") return true;
  return Array.isArray(entry?.decoders) && entry.decoders.some((inner) => asObject(inner)?.type === "ByteLevel");
}

/** SentencePiece writes a space as ▁ and a byte as <0xE2>. */
function readPiece(token: string): string {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  return byte ? readBytes([Number.parseInt(byte[1], 16)]) : token.replaceAll("▁", " ");
}

/** GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for 256, 257, ... in order. */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const map = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) map.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  return map;
})();

function readByteLevel(token: string): string {
  const bytes = [...token].map((character) => BYTE_OF_CHARACTER.get(character));
  return bytes.includes(undefined) ? token : readBytes(bytes as number[]);
}

function readBytes(bytes: number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes
      .map((b) => (b < 0x80 ? String.fromCharCode(b) : `\\x${b.toString(16).toUpperCase().padStart(2, "0")}`))
      .join("");
  }
}
