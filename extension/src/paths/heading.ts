/** What stands above a path graph, and what stands there instead of one. */
import { type PathsView, pathsQuestion, pathsSummary, type Theme, tokenLabel } from "patchbay/view";
import { type Child, el, isolated } from "../dom";
import { modelMark } from "../shell/header";
import type { Drawn, Scene } from "../shell/types";

/** Question, sample, answer, model; `preview`: another view points at this sample. */
export function subtitleOf(stored: PathsView, theme: Theme, how: "shown" | "preview"): Child[] {
  const { sample, answer, model } = stored;
  return [
    el("b", {}, "Kept paths"),
    el("span", { class: "pb-meaning" }, `: ${pathsQuestion(stored)}`),
    ` · sample ${sample.index + 1} of ${sample.of}`,
    ...(sample.label === "" ? [] : [", ", isolated(sample.label)]),
    " → “",
    isolated(tokenLabel(answer)),
    "” · ",
    ...modelMark(model, theme),
    ...(how === "preview" ? [" ", el("span", { class: "pb-badge" }, "preview")] : []),
  ];
}

export function noticeOf({ state, width, view }: Scene<PathsView>, stored: PathsView): Drawn["notice"] {
  if (state === "done" && stored.kept === 0 && stored.sources.length === 0) {
    const text = "The result ends before it. Choose another sample, or trace this one.";
    return { icon: "table", title: "This sample was not traced", text, call: view.code };
  }
  if (state === "done" && stored.kept === 0) {
    const text = `No path ranks the answer within ${stored.maxRank}. Give a larger maxRank or topK.`;
    return { icon: "table", title: "No path was kept", text, call: view.code };
  }
  if (width !== "tiny") return null;
  return { icon: "grid", title: view.title, text: `${pathsSummary(stored)} It needs more room.`, offersTable: true };
}
