/** What a site holds at every token of some prompts, in the layers that are asked for: what patches copy, and what
 *  instruction vectors are made of. Equal prompts run once. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";

/** `z`: the heads' outputs before they are mixed, all heads side by side. */
export type GridSite = "resid_pre" | "resid_post" | "attn_out" | "mlp_out" | "z";
export const GRID_SITES: readonly GridSite[] = ["resid_pre", "resid_post", "attn_out", "mlp_out", "z"];

/** Numbers of one token's row. */
export const siteWidth = (site: GridSite, { dModel, nHeads, dHead }: ModelConfig): number =>
  site === "z" ? nHeads * dHead : dModel;

/** Short name of the site's hook within a block. */
export const siteHook = (site: GridSite): string => (site === "z" ? "attn.hook_z" : `hook_${site}`);

export interface PromptRows {
  /** By layer: [tokens, siteWidth]; only of the layers that were asked for. */
  site: ReadonlyMap<number, Float32Array>;
  /** resid_post of the last layer at the last token, [dModel]. */
  last: Float32Array;
}

/** Rows of each prompt, in the order given.
 *  @throws the signal's reason when it is aborted between two calls. */
export async function siteRows(
  stages: Stages,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  { site, layers, signal }: { site: GridSite; layers: readonly number[]; signal?: AbortSignal },
): Promise<PromptRows[]> {
  const distinct = new Map(prompts.map((tokens) => [tokens.join(), tokens]));
  const found = new Map<string, PromptRows>();
  for (const length of new Set([...distinct.values()].map((tokens) => tokens.length))) {
    const members = [...distinct].filter(([, tokens]) => tokens.length === length);
    const rows = await equalLengths(
      members.map(([, tokens]) => tokens),
      length,
    );
    members.forEach(([key], i) => {
      found.set(key, rows[i]);
    });
  }
  return prompts.map((tokens) => found.get(tokens.join()) as PromptRows);

  async function equalLengths(members: readonly (readonly number[])[], tokens: number): Promise<PromptRows[]> {
    const { dModel, nLayers } = config;
    const rows = members.length;
    const wide = tokens * siteWidth(site, config);
    const seen = members.map(() => new Map<number, Float32Array>());
    let x = await stages.embed(Int32Array.from(members.flat())); // [rows * tokens, dModel]
    for (let layer = 0; layer < nLayers; layer++) {
      signal?.throwIfAborted();
      const want = layers.includes(layer) ? [siteHook(site)] : [];
      const { y, hooks } = await stages.block({ layer, x, rows, tokens, start: 0, prefix: null, want, keys: false });
      for (const hook of want)
        seen.forEach((map, row) => {
          map.set(layer, hooks[hook].data.slice(row * wide, (row + 1) * wide));
        });
      x = y;
    }
    return seen.map((map, row) => ({
      site: map,
      last: x.data.slice(((row + 1) * tokens - 1) * dModel, (row + 1) * tokens * dModel),
    }));
  }
}
