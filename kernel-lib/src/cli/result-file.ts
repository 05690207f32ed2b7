/** A result file, read with a bound on its size and checked. */
import { parseAnyResult, type Result } from "../result";
import { readBounded } from "./inputs";

/** As much as one string of JavaScript holds, less some room. */
export const MAX_RESULT_BYTES = 500_000_000;

/** @throws PatchbayError when the file is missing, too large or no result. */
export const readResult = (path: string): Result => parseAnyResult(readBounded(path, MAX_RESULT_BYTES), path);
