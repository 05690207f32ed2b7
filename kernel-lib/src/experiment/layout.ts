/** What one pass of the planned sweep computes, and how much that is; nothing runs here.
 *
 *  A pass takes some samples and some tuples through the model layer by layer. Its rows are
 *  - the *trunk*: sources, targets and references without any patch, as one trie of token segments;
 *  - *tracks*: the patched position of a target, one token, from the layer after a patch upward;
 *  - *branches*: the tokens behind the patched position, once for each set of layers patched so far.
 *  Positions before the patched one never change, so they are read from the trunk. After a patch of resid_post
 *  at layer j the patched position holds the source's row whatever was patched before, so its track depends on
 *  j alone and serves every tuple that ends its prefix there. After attn_out or mlp_out it keeps the stream
 *  below, and there is one track for each set of layers. */

import { type Segment, segmentTrie } from "./segments";
import { type Branch, tupleTrie } from "./tuples";
import type { Site } from "./types";

/** A sample with positions counted from the front and the source cut after the position that is read. */
export interface JobSample {
  /** Up to and including the source position. */
  source: readonly number[];
  target: readonly number[];
  targetPosition: number;
  reference: readonly number[] | null;
  answer: number;
}

/** A sweep, ready to be planned. */
export interface SweepJob {
  nLayers: number;
  site: Site;
  samples: readonly JobSample[];
  /** Each ascending. */
  tuples: readonly (readonly number[])[];
}

/** Samples [from, to) and tuples [from, to) that go through the layers together. */
export interface Pass {
  readonly samples: readonly [number, number];
  readonly tuples: readonly [number, number];
  /** Whether the references are measured too: once for each sample. */
  readonly references: boolean;
}

/** Samples whose target agrees up to the patched position and that share a source: one set of tracks. */
export interface Family {
  /** The one-token segment at the patched position. */
  patched: Segment;
  /** Its last token is what the patches copy. */
  source: Segment;
  /** Families with the same key have the same tracks when the site is resid_post. */
  trackKey: string;
  /** Segments behind the patched position that targets of this family use, parents first. */
  behind: readonly Segment[];
  /** For each of `behind` the index of its parent in `behind`, -1 for the patched position itself. */
  parentOf: readonly number[];
}

export interface LayoutSample {
  answer: number;
  family: number;
  /** Index into the family's `behind` of the segment that ends the target; -1: the patched position ends it. */
  end: number;
  target: Segment;
  reference: Segment | null;
}

export interface Layout {
  nLayers: number;
  site: Site;
  branches: readonly Branch[];
  trunk: readonly { segment: Segment; until: number; isSource: boolean }[];
  families: readonly Family[];
  samples: readonly LayoutSample[];
}

/** The rows of a pass over `job`. */
export function layOut(job: SweepJob, pass: Pass): Layout {
  const samples = job.samples.slice(...pass.samples);
  const branches = tupleTrie(job.tuples.slice(...pass.tuples), job.nLayers);
  const highest = branches.reduce((most, branch) => Math.max(most, branch.last), 0);

  const prompts = samples.flatMap(({ source, target, targetPosition, reference }) => [
    { tokens: source, cuts: [] },
    { tokens: target, cuts: [targetPosition, targetPosition + 1] },
    ...(pass.references && reference ? [{ tokens: reference, cuts: [] }] : []),
  ]);
  const { segments, paths } = segmentTrie(prompts);
  const until = new Int32Array(segments.length).fill(-1);
  const sources = new Set<Segment>();
  const keep = (path: readonly Segment[], layer: number) => {
    for (const segment of path) until[segment.id] = Math.max(until[segment.id], layer);
  };

  const families = new Map<string, { family: Family; index: number; behind: Set<Segment> }>();
  const laid: LayoutSample[] = [];
  let at = 0;
  for (const sample of samples) {
    const sourcePath = paths[at++];
    const targetPath = paths[at++];
    const referencePath = pass.references && sample.reference ? paths[at++] : null;
    const source = sourcePath[sourcePath.length - 1];
    sources.add(source);
    keep(sourcePath, highest);
    keep(targetPath, job.nLayers - 1);
    if (referencePath) keep(referencePath, job.nLayers - 1);
    const place = targetPath.findIndex((segment) => segment.start === sample.targetPosition);
    const patched = targetPath[place];
    const key = `${patched.id}/${source.id}`;
    let entry = families.get(key);
    if (!entry) {
      const trackKey = `${patched.parent?.id ?? "start"}/${source.id}`;
      const family: Family = { patched, source, trackKey, behind: [], parentOf: [] };
      entry = { family, index: families.size, behind: new Set() };
      families.set(key, entry);
    }
    for (const segment of targetPath.slice(place + 1)) entry.behind.add(segment);
    laid.push({
      answer: sample.answer,
      family: entry.index,
      end: -1,
      target: targetPath[targetPath.length - 1],
      reference: referencePath ? referencePath[referencePath.length - 1] : null,
    });
  }
  const places = [...families.values()].map(({ family, behind }) => {
    // Ids rise from parent to child.
    family.behind = [...behind].sort((a, b) => a.id - b.id);
    const place = new Map(family.behind.map((segment, i) => [segment, i]));
    family.parentOf = family.behind.map(({ parent }) => place.get(parent as Segment) ?? -1);
    return place;
  });
  const ended = laid.map((sample) => ({ ...sample, end: places[sample.family].get(sample.target) ?? -1 }));
  return {
    nLayers: job.nLayers,
    site: job.site,
    branches,
    trunk: segments.map((segment) => ({ segment, until: until[segment.id], isSource: sources.has(segment) })),
    families: [...families.values()].map(({ family }) => family),
    samples: ended,
  };
}

/** How many rows and tokens a pass carries through each layer. */
export interface Load {
  /** Patched rows, a block each: what is left after sharing over layers and patched positions. */
  blockRuns: number;
  /** [nLayers] tokens in all rows, after all sharing. */
  tokens: Float64Array;
  /** [nLayers] tokens of those rows whose keys and values others build on. */
  keyTokens: Float64Array;
  /** Different row shapes: calls that every layer needs at least. */
  shapes: number;
  /** Rows that the head stage sees, at most. */
  headRows: number;
}

/** Counts the work of a layout without doing it. */
export function countLoad(layout: Layout): Load {
  const { nLayers, branches, families, samples } = layout;
  const tokens = new Float64Array(nLayers);
  const keyTokens = new Float64Array(nLayers);
  const add = (to: Float64Array, [from, until]: readonly [number, number], n: number) => {
    for (let layer = from; layer <= until; layer++) to[layer] += n;
  };
  const shapes = new Set<string>();
  const parents = new Set(layout.trunk.map(({ segment }) => segment.parent));
  for (const { segment, until } of layout.trunk) {
    add(tokens, [0, until], segment.tokens.length);
    if (parents.has(segment)) add(keyTokens, [0, until], segment.tokens.length);
    shapes.add(`${segment.depth}/${segment.start}/${segment.tokens.length}`);
  }
  for (const { from, until } of spansOfTracks(layout)) {
    add(tokens, [from, until], 1);
    add(keyTokens, [from, until], 1);
  }
  const behind = families.flatMap((f) => f.behind);
  const length = (segments: readonly Segment[]) => segments.reduce((n, s) => n + s.tokens.length, 0);
  const built = length(behind.filter((segment) => parents.has(segment)));
  for (const { last, until } of branches) {
    add(tokens, [last + 1, until], length(behind));
    add(keyTokens, [last + 1, until], built);
  }
  return {
    blockRuns: countBlockRuns(layout),
    tokens,
    keyTokens,
    shapes: shapes.size,
    headRows: samples.length * (branches.filter(({ tuple }) => tuple >= 0).length + 2),
  };
}

/** Layers that the one-token tracks run through, first and last. */
function spansOfTracks(layout: Layout): { from: number; until: number }[] {
  const spans = new Map<string, { from: number; until: number }>();
  layout.families.forEach((family, f) => {
    layout.branches.forEach((branch, b) => {
      const key = layout.site === "resid_post" ? `${family.trackKey}/${branch.last}` : `${f}/${b}`;
      // Other sites run the block of the patch once more, with the output overwritten.
      const from = layout.site === "resid_post" ? branch.last + 1 : branch.last;
      const span = spans.get(key);
      if (span) span.until = Math.max(span.until, branch.until);
      else spans.set(key, { from, until: branch.until });
    });
  });
  return [...spans.values()];
}

/** A sample whose target goes on behind the patched position costs a run for each branch and layer; samples
 *  that end there cost their tracks only. */
function countBlockRuns(layout: Layout): number {
  const perBranch = layout.branches.reduce((sum, { last, until }) => sum + until - last, 0);
  const goesOn = layout.samples.filter(({ end }) => end >= 0).length;
  const ending = new Set(layout.samples.filter(({ end }) => end < 0).map(({ family }) => family));
  const families = layout.families.filter((_, f) => ending.has(f));
  const alone = spansOfTracks({ ...layout, families });
  return goesOn * perBranch + alone.reduce((sum, { from, until }) => sum + until - from + 1, 0);
}
