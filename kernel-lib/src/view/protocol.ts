/** What widgets and kernel say to each other over the comm target `patchbay.rpc.v1`.
 *  Requests carry an id and get one answer; pushes carry none. Pure: shared by both sides. */
import type { HeatmapOptions } from "./heatmap-types";
import type { PathsLook } from "./paths-look";
import type { PathsPlace } from "./paths-types";
import type { View } from "./types";
import type { WorkbenchChoice } from "./workbench";

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
  | {
      op: "export";
      view: string;
      format: "svg" | "pdf" | "png" | "csv" | "latex" | "json" | "spec";
      metric?: string;
      /** What is chosen in a scatter, for its figure. */
      figure?: FigureChoice;
      /** What is chosen in a heatmap, for its figure. */
      heatmap?: HeatmapChoice;
      /** What is chosen in a path graph, for its figure. */
      paths?: PathsChoice;
      /** What is chosen in a chart, for its figure. */
      chart?: ChartChoice;
    }
  /** The view as its cell's output holds it: answer Output. An output that was saved in the middle of a run and then
   *  loaded anew is not rewritten by the kernel, as JupyterLab no longer knows which one it was. */
  | { op: "output"; view: string }
  /** Attention behind a hop of a path graph: answer EdgeDetail. Needs the open model of the run that is shown. */
  | ({ op: "edge"; view: string; layer: number; from: number; to: number } & Partial<PathsPlace>)
  /** Cuts hops of a path graph in the real model: answer CutResult. Needs the open model as well. */
  | ({ op: "verify"; view: string; cuts: readonly HopCut[] } & Partial<PathsPlace>)
  /** Another trace or sample of a path graph: answer PathsBody. */
  | ({ op: "paths"; view: string } & PathsAsked)
  /** What the workbench can choose from: answer About. */
  | { op: "about" }
  /** What a checkpoint is, without opening its weights: answer ModelCard. */
  | { op: "model"; name: string; device: string }
  /** A task in the tokens of a model: answer TaskCard. */
  | { op: "task"; model: string; task: string }
  /** What an experiment costs: answer CostCard. `measure` opens the model: a sweep's seconds, a trace's paths. */
  | { op: "plan"; choice: WorkbenchChoice; measure: boolean }
  | { op: "ping" };

export type RequestMessage = { pb: 1; id: string } & Request;

export type Answer =
  | { pb: 1; id: string; ok: true; result: unknown }
  | { pb: 1; id: string; ok: false; error: { code: string; message: string } };

/** What a cell's output holds: view, PNG and text by MIME type. */
export interface Output {
  data: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
}

/** Pushed at most ten times a second and view. */
export type Push = { pb: 1; push: "view"; view: View };

/** The frame of a scatter that is drawn, and its two axes from 0. */
export interface FigureChoice {
  layer: number;
  site: string;
  method: "lda" | "pca";
  axes: readonly [number, number];
}

/** How a heatmap is drawn now; `slice` is an index into its slices. */
export interface HeatmapChoice
  extends Pick<HeatmapOptions, "mode" | "hatch" | "panels" | "difference" | "limits" | "threshold" | "window"> {
  slice?: number;
}

/** How a path graph is drawn now. */
export type PathsChoice = PathsAsked & Partial<PathsLook>;

/** A trace and a sample; `whole`: with all kept paths one by one, however many a notebook would hold. */
export type PathsAsked = PathsPlace & { whole?: boolean };

/** Which panels of a chart are drawn. */
export interface ChartChoice {
  panels: readonly number[];
}

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

/** What a kernel offers to the workbench. */
export interface About {
  version: string;
  /** Bundled checkpoints, and those in the Hugging Face cache. */
  models: readonly string[];
  tasks: readonly { name: string; queries: number; set: "demo" | "paper" }[];
  devices: readonly string[];
}

export interface ModelCard {
  name: string;
  stage: "base" | "sft" | "dpo" | null;
  /** "olmo2, 8 layers, 4 heads, 645 696 parameters" and "1.3 MB on disk · cpu, fp32". */
  lines: readonly string[];
  parameters: number;
}

export interface TaskCard {
  queries: number;
  /** The instruction, token by token. */
  instruction: readonly string[];
  /** The first query and its answer. */
  target: readonly string[];
  answer: readonly string[];
  warnings: readonly string[];
}

export interface CostCard {
  rows: readonly (readonly [label: string, value: string])[];
  warnings: readonly string[];
  /** What only a look at the weights can say has been asked of them. */
  measured: boolean;
}
