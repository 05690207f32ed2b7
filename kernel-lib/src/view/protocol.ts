/** What widgets and kernel say to each other over the comm target `patchbay.rpc.v1`.
 *  Requests carry an id and get one answer; pushes carry none. Pure: shared by both sides. */
import type { View } from "./types";

export const COMM_TARGET = "patchbay.rpc.v1";

export type Request =
  /** Says that this page lives and which views it shows; repeated every 20 s. Pages silent for 60 s are forgotten. */
  | { op: "hello"; views: readonly string[] }
  | { op: "cancel"; run: string }
  /** Goes on with a stopped run. */
  | { op: "resume"; run: string }
  /** Selection in a widget, for `pb.selection()`. */
  | { op: "select"; view: string; selection: unknown }
  /** The kernel renders a figure: answer { mime, base64 | text, name }. */
  | { op: "export"; view: string; format: "svg" | "pdf" | "png" | "csv" | "latex" | "json"; metric?: string }
  /** Attention behind a hop of a path graph: answer EdgeDetail. Needs the open model of the run that is shown. */
  | { op: "edge"; view: string; layer: number; from: number; to: number }
  /** Cuts hops of a path graph in the real model: answer CutResult. Needs the open model as well. */
  | { op: "verify"; view: string; cuts: readonly HopCut[] }
  | { op: "ping" };

export type RequestMessage = { pb: 1; id: string } & Request;

export type Answer =
  | { pb: 1; id: string; ok: true; result: unknown }
  | { pb: 1; id: string; ok: false; error: { code: string; message: string } };

/** Pushed at most ten times a second and view. */
export type Push = { pb: 1; push: "view"; view: View };

export interface HelloResult {
  version: string;
  /** Views whose run is known to this kernel: others are stale (kernel was restarted). */
  live: readonly string[];
}

/** Attention of a layer at one query, strongest head on the hop first. */
export interface EdgeDetail {
  heads: readonly {
    head: number;
    /** Attention from the query to the hop's source. */
    weight: number;
    /** One of those that make the hop. */
    onEdge: boolean;
    /** Attention to each position up to the query; null beyond the first eight heads. */
    row: readonly number[] | null;
  }[];
}

/** Heads of one hop that lose their attention. */
export interface HopCut {
  layer: number;
  from: number;
  to: number;
  heads: readonly number[];
}

/** What the cut did to the answer's logit and 1-based rank, beside what the frozen model predicts. */
export interface CutResult {
  logit: { before: number; predicted: number; after: number };
  rank: { before: number; predicted: number; after: number };
}
