/** Writes kernel-lib/build/vega.cjs unless one of the same versions is there. */
export declare function bundle(): Promise<{ file: string; built: boolean }>;
