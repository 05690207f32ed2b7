/** One pass of the planned sweep: every branch of every sample goes through layer l before layer l + 1.
 *  Only one block's weights are needed at a time, and keys and values live for one layer only.
 *  `layout.ts` says which rows there are and why they are enough; `naive.ts` is what this must agree with. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { type MeasuredRow, measure } from "./head";
import type { Family, Layout } from "./layout";
import { advance, type Line, lastRow, newLine, type Step } from "./lines";
import type { PassValues, StageLimits } from "./pass";
import type { Branch } from "./tuples";

/** The tokens from the patched position on, under one set of patches. */
interface Track {
  patched: Line;
  /** One for each of the family's `behind`. */
  behind: readonly Line[];
}

/** Runs a pass; yields after each call the FLOPs that it took, returns what was measured.
 *  @throws the signal's reason when it is aborted between two calls. */
export async function* runPass(
  stages: Stages,
  config: ModelConfig,
  layout: Layout,
  limits: StageLimits,
): AsyncGenerator<number, PassValues> {
  const trunk = await startTrunk(stages, config, layout);
  const plain = layout.families.map((family) => trackOfTrunk(family, trunk));
  /** [family][branch] */
  const tracks = layout.families.map(() => new Map<Branch, Track>());
  const trackOf = (f: number, branch: Branch | null): Track => (branch ? (tracks[f].get(branch) as Track) : plain[f]);

  for (let layer = 0; layer < layout.nLayers; layer++) {
    const live = new Set<Line>();
    layout.trunk.forEach(({ until }, id) => {
      if (until >= layer) live.add(trunk[id]);
    });
    for (const ofFamily of tracks)
      for (const [branch, { patched, behind }] of ofFamily) {
        if (branch.until < layer) continue;
        live.add(patched);
        for (const line of behind) live.add(line);
      }
    const leaving = layout.branches.filter(({ last }) => last === layer);
    // The tracks that leave here start from what went into this block.
    const spawned = layout.site === "resid_post" ? null : linesToPatch(layout, leaving, trackOf);
    const step: Step = { layer, ...limits };
    if (layout.site !== "resid_post" && leaving.length > 0) {
      const lines = new Set(layout.families.map(({ source }) => trunk[source.id]));
      step.want = { hook: `hook_${layout.site}`, lines };
    }
    yield* counted(advance(stages, config, [...live], step), limits.flopsPerToken);

    if (spawned && leaving.length > 0) {
      const site = layout.site === "attn_out" ? "attn_out" : "mlp_out";
      const rows = new Map<Line, Float32Array>();
      for (const [line, f] of spawned.family) {
        rows.set(line, trunk[layout.families[f].source.id].seen as Float32Array);
      }
      const patchStep: Step = { layer, ...limits, overwrite: { site, rows } };
      yield* counted(advance(stages, config, [...rows.keys()], patchStep), limits.flopsPerToken);
    }
    leave(layout, leaving, trunk, tracks, trackOf, spawned?.of ?? null, config.dModel);
    for (const ofFamily of tracks)
      for (const branch of ofFamily.keys()) if (branch.until <= layer && branch.tuple < 0) ofFamily.delete(branch);
  }
  return yield* measure(stages, config, rowsToMeasure(layout, trunk, trackOf, config.dModel), limits);
}

async function* counted(calls: AsyncGenerator<number>, flopsPerToken: number): AsyncGenerator<number> {
  for await (const tokens of calls) yield tokens * flopsPerToken;
}

/** A line for each trunk segment, embedded. */
async function startTrunk(stages: Stages, { dModel }: ModelConfig, layout: Layout): Promise<Line[]> {
  const ids = Int32Array.from(layout.trunk.flatMap(({ segment }) => segment.tokens));
  const { data } = await stages.embed(ids); // [tokens of all segments, dModel]
  const lines: Line[] = [];
  let at = 0;
  for (const { segment } of layout.trunk) {
    const end = at + segment.tokens.length * dModel;
    lines.push(newLine(segment, segment.parent ? lines[segment.parent.id] : null, data.subarray(at, end)));
    at = end;
  }
  return lines;
}

function trackOfTrunk(family: Family, trunk: readonly Line[]): Track {
  return { patched: trunk[family.patched.id], behind: family.behind.map(({ id }) => trunk[id]) };
}

/** For sites inside the block: the patched position's input once more for each branch that leaves here. */
function linesToPatch(
  layout: Layout,
  leaving: readonly Branch[],
  trackOf: (f: number, branch: Branch | null) => Track,
): { of: Map<string, Line>; family: Map<Line, number> } {
  const of = new Map<string, Line>();
  const family = new Map<Line, number>();
  layout.families.forEach((_, f) => {
    for (const branch of leaving) {
      const { patched } = trackOf(f, branch.parent);
      const line = newLine(patched.segment, patched.parent, patched.x);
      of.set(`${f}/${branch.layers.join("+")}`, line);
      family.set(line, f);
    }
  });
  return { of, family };
}

/** Branches leave their parents behind the block that has just run. */
function leave(
  layout: Layout,
  leaving: readonly Branch[],
  trunk: readonly Line[],
  tracks: readonly Map<Branch, Track>[],
  trackOf: (f: number, branch: Branch | null) => Track,
  patchedLines: ReadonlyMap<string, Line> | null,
  dModel: number,
): void {
  const shared = new Map<string, Line>();
  layout.families.forEach((family, f) => {
    for (const branch of leaving) {
      const parent = trackOf(f, branch.parent);
      let patched = patchedLines?.get(`${f}/${branch.layers.join("+")}`) ?? shared.get(family.trackKey);
      if (!patched) {
        patched = newLine(family.patched, plainParent(parent), lastRow(trunk[family.source.id], dModel));
        shared.set(family.trackKey, patched);
      }
      const behind: Line[] = [];
      family.behind.forEach((segment, i) => {
        const above = family.parentOf[i] < 0 ? (patched as Line) : behind[family.parentOf[i]];
        behind.push(newLine(segment, above, parent.behind[i].x));
      });
      tracks[f].set(branch, { patched, behind });
    }
  });
}

/** What lies before the patched position: never patched itself. */
const plainParent = (track: Track): Line | null => track.patched.parent;

/** The last row of every run, target first for each sample. */
function rowsToMeasure(
  layout: Layout,
  trunk: readonly Line[],
  trackOf: (f: number, branch: Branch | null) => Track,
  dModel: number,
): MeasuredRow[][] {
  const asked = layout.branches.filter(({ tuple }) => tuple >= 0).sort((a, b) => a.tuple - b.tuple);
  return layout.samples.map(({ answer, family, end, target, reference }) => {
    // Lines that nothing has changed share their array: the same row is measured once.
    const row = (role: MeasuredRow["role"], line: Line): MeasuredRow => ({
      role,
      answer,
      same: line.x,
      x: lastRow(line, dModel),
    });
    const rows = [row("target", trunk[target.id])];
    if (reference) rows.push(row("reference", trunk[reference.id]));
    for (const branch of asked) {
      const track = trackOf(family, branch);
      rows.push(row("patched", end < 0 ? track.patched : track.behind[end]));
    }
    return rows;
  });
}
