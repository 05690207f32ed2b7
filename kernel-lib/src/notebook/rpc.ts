/** Answers what widgets ask over the comm (view/protocol.ts), also while a cell runs. */
import type { PathsPlace } from "../view/paths-types";
import {
  type Answer,
  type ChartChoice,
  COMM_TARGET,
  type FigureChoice,
  type HeatmapChoice,
  type HelloResult,
  type HopCut,
  type PathsChoice,
  type Request,
} from "../view/protocol";
import type { WorkbenchChoice } from "../view/workbench";
import { bodyAt, cut, edgeOf } from "./drill";
import { EXPORT_FORMATS, type ExportFormat, exportOf } from "./exports";
import { type Comm, registerTarget } from "./mends/comm";
import { gone, heardFrom, pushTo } from "./pages";
import { select } from "./selection";
import { findRun, findView } from "./shown";
import type { Source } from "./sources";
import { about, costCard, modelCard, taskCard } from "./workbench";

/** A request that cannot be answered; the widget shows the message. */
class RequestError extends Error {
  constructor(
    readonly code: "bad-request" | "unknown",
    message: string,
  ) {
    super(message);
  }
}

/** Takes requests of widgets from now on. `version` is what a hello is answered with. */
export function serveWidgets(version: string): void {
  registerTarget(COMM_TARGET, {
    opened: (comm) => heardFrom(comm),
    received: (comm, data) => void answer(comm, data, version),
    closed: gone,
  });
}

async function answer(comm: Comm, data: unknown, version: string): Promise<void> {
  heardFrom(comm);
  const id = isRecord(data) && typeof data.id === "string" ? data.id : "";
  let message: Answer;
  try {
    if (!isRecord(data) || data.pb !== 1 || id === "") throw new RequestError("bad-request", "not a Patchbay request");
    message = { pb: 1, id, ok: true, result: await handle(comm, data, version) };
  } catch (error) {
    const code = error instanceof RequestError ? error.code : "failed";
    message = {
      pb: 1,
      id,
      ok: false,
      error: { code, message: error instanceof Error ? error.message : String(error) },
    };
  }
  comm.send(message);
}

async function handle(comm: Comm, data: Record<string, unknown>, version: string): Promise<unknown> {
  switch (data.op as Request["op"]) {
    case "ping":
      return { at: Date.now() };
    case "hello":
      return hello(comm, data.views, version);
    case "cancel":
      run(data.run).cancel();
      return {};
    case "resume":
      run(data.run).resume();
      return {};
    case "select":
      select(text(data.view, "view"), data.selection ?? null);
      return {};
    case "export": {
      const format = text(data.format, "format") as ExportFormat;
      if (!EXPORT_FORMATS.includes(format)) {
        throw new RequestError("bad-request", `format ${format}: must be one of ${EXPORT_FORMATS.join(", ")}`);
      }
      const metric = data.metric === undefined ? undefined : text(data.metric, "metric");
      // What is chosen is checked against the view when it is drawn.
      const figure = isRecord(data.figure) ? (data.figure as unknown as FigureChoice) : undefined;
      const heatmap = isRecord(data.heatmap) ? (data.heatmap as unknown as HeatmapChoice) : undefined;
      const paths = isRecord(data.paths) ? (data.paths as unknown as PathsChoice) : undefined;
      const chart = isRecord(data.chart) ? (data.chart as unknown as ChartChoice) : undefined;
      return exportOf(view(data.view), format, { metric, figure, heatmap, paths, chart });
    }
    case "output":
      return view(data.view).bundle();
    case "edge":
      return edgeOf(view(data.view), hop(data), place(data));
    case "verify": {
      if (!Array.isArray(data.cuts)) throw new RequestError("bad-request", "verify: cuts must be a list of hops");
      const cuts = data.cuts.map((value) => {
        if (!isRecord(value) || !Array.isArray(value.heads))
          throw new RequestError("bad-request", "verify: each cut must name layer, from, to and heads");
        return { ...hop(value), heads: value.heads as number[] };
      });
      return cut(view(data.view), cuts, place(data));
    }
    case "paths":
      return bodyAt(view(data.view), { ...(place(data) as PathsPlace), whole: data.whole === true });
    case "about":
      return about(version);
    case "model":
      return modelCard(text(data.name, "name"), text(data.device, "device"));
    case "task":
      return taskCard(text(data.model, "model"), text(data.task, "task"));
    case "plan":
      return costCard(choice(data.choice), data.measure === true);
    default:
      throw new RequestError("bad-request", `op ${JSON.stringify(data.op)} is not one of this version (${version})`);
  }
}

function hello(comm: Comm, views: unknown, version: string): HelloResult {
  if (!Array.isArray(views) || views.some((id) => typeof id !== "string")) {
    throw new RequestError("bad-request", "hello: views must be a list of view ids");
  }
  heardFrom(comm, views);
  const known = (views as string[]).map(findView).filter((source) => source !== undefined);
  // A page that was reloaded has the view of the last save: give it the present one.
  for (const source of known) if (source.run !== null) pushTo(comm, source.view());
  return { version, live: known.map(({ id }) => id) };
}

function view(id: unknown): Source {
  const source = findView(text(id, "view"));
  if (!source) throw new RequestError("unknown", "this kernel does not know the view any more: run its cell again");
  return source;
}

function run(id: unknown): NonNullable<Source["run"]> {
  const control = findRun(text(id, "run"))?.run;
  if (!control) throw new RequestError("unknown", "this kernel does not know the run any more: run its cell again");
  return control;
}

/** Its numbers are checked against the model where that is known. */
const hop = ({ layer, from, to }: Record<string, unknown>) => ({ layer, from, to }) as Omit<HopCut, "heads">;

/** Checked against what there is where it is looked up. */
const place = ({ trace, sample }: Record<string, unknown>) => ({ trace, sample }) as Partial<PathsPlace>;

/** Its options are checked as those of the call are. */
function choice(value: unknown): WorkbenchChoice {
  if (!isRecord(value) || !isRecord(value.options))
    throw new RequestError("bad-request", "plan: choice must name model, device, task, kind and options");
  const { options } = value;
  const [model, device, task, kind] = ["model", "device", "task", "kind"].map((key) => text(value[key], key));
  return { model, device, task, kind, options };
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw new RequestError("bad-request", `${name} must be a text`);
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
