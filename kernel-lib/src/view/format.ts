/** Numbers as Patchbay writes them: minus is U+2212, a signed quantity shows its sign, thousands are parted by a
 *  narrow no-break space, what is missing is an en dash and never 0. */

export const MISSING = "–";
const MINUS = "−";
const THIN = "\u202f";

/** Digits before the point in groups of three from five digits on: `12 411`, but `4096`. */
const grouped = (whole: string) => (whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole);

/** `0.85`, `−0.15`; `–` for null and NaN.
 *  @example plain(-0.153, 2) // "−0.15" */
export function plain(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
  const text = grouped(whole) + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** `+0.85`, `−0.15`, and `0.00` for what rounds to zero.
 *  @example signed(0.85, 2) // "+0.85" */
export function signed(value: number | null | undefined, digits: number): string {
  const text = plain(value, digits);
  return text === MISSING || text.startsWith(MINUS) || !/[1-9]/.test(text) ? text : `+${text}`;
}

/** `[0.81, 0.88]`; empty when either end is missing. */
export function interval(low: number | null, high: number | null, digits: number): string {
  const ends = [plain(low, digits), plain(high, digits)];
  return ends.includes(MISSING) ? "" : `[${ends.join(", ")}]`;
}

/** Whole numbers: `12 411`. */
export const count = (value: number): string => plain(value, 0);

/** Whole numbers in little room: `950`, `9.2k`, `28.1k`, `312k`, `3.0M`, `1.1B`.
 *  @example compact(28_140) // "28.1k" */
export function compact(value: number): string {
  if (!(value >= 1000)) return count(value);
  const power = Math.min(3, Math.floor(Math.log10(value) / 3));
  const short = value / 1000 ** power;
  // What rounds up to a thousand takes the next letter.
  if (short >= 999.5 && power < 3) return compact(1000 ** (power + 1));
  return plain(short, short >= 99.95 ? 0 : 1) + ["", "k", "M", "B"][power];
}

/** A p-value for people: two digits, in powers of ten below 0.001; never 0.
 *  @example pValue(2.5e-11) // "2.5 × 10⁻¹¹" */
export function pValue(p: number | null): string {
  if (p === null || !Number.isFinite(p)) return MISSING;
  if (p >= 0.001) return p.toFixed(p < 0.01 ? 4 : 3);
  if (p === 0) return "< 10⁻³⁰⁰";
  const exponent = Math.floor(Math.log10(p));
  return `${(p / 10 ** exponent).toFixed(1)} × 10${superscript(exponent)}`;
}

/** A whole number as an exponent: `⁻⁷`. */
export const superscript = (exponent: number): string =>
  String(exponent).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]));

/** For a screen reader: `plus 0.85`, `minus 0.15`, `0.00`, `no value`. */
export function spokenNumber(value: number | null, digits: number, withSign: boolean): string {
  const text = withSign ? signed(value, digits) : plain(value, digits);
  if (text === MISSING) return "no value";
  return text.replace("+", "plus ").replace(MINUS, "minus ");
}

/** Time left, rounded as nobody needs it finer: `3 s`, `40 s`, `2 min`, `1 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 55) return `${Math.round(seconds / 5) * 5} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The fewest decimals (up to 4) that write every value exactly enough to tell it from its neighbour.
 *  @example decimals([-0.9, -0.45, 0]) // 2 */
export function decimals(values: readonly number[]): number {
  for (let digits = 0; digits < 4; digits++) {
    if (values.every((v) => Math.abs(v - Number(v.toFixed(digits))) < 1e-9 * Math.max(1, Math.abs(v)))) return digits;
  }
  return 4;
}

/** Width of a text in pixels, from Arimo's advance widths (per 1000 em): enough to decide whether it fits. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const c of text) {
    if (/[0-9$–]/.test(c)) units += 556;
    else if (/[+−=×<>~]/.test(c)) units += 584;
    else if (/[ .,:;!'|/ijlt·\u202f]/.test(c)) units += 278;
    else if (/[()[\]fr-]/.test(c)) units += 333;
    else if (/[mwMW%@Δ]/.test(c)) units += 833;
    else if (/[A-Z]/.test(c)) units += 690;
    else units += c < "\u2e80" ? 545 : 1000;
  }
  return (units * size) / 1000;
}

/** Cut at the end, with an ellipsis, to what fits. */
export function fitted(words: string, room: number, size: number): string {
  if (textWidth(words, size) <= room) return words;
  let cut = words;
  while (cut.length > 1 && textWidth(`${cut}…`, size) > room) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}
