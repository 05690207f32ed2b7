/** The list of runs that the workbench has started: name, progress, how they ended; the newest on top. */
import { duration, type View } from "patchbay/view";
import { el, isolated } from "../dom";
import { type IconName, icon } from "../icons";

/** Runs that are listed. */
const KEPT = 12;

export type RunEnd = "waiting" | "running" | "done" | "stopped" | "failed" | "gone";

export interface RunRow {
  name: string;
  model: string;
  state: RunEnd;
  /** From 0 to 1; null while unknown. */
  share: number | null;
  secondsLeft: number | null;
  /** Shows the cell. */
  reveal(): void;
}

const LOOKS: Readonly<Record<RunEnd, { icon: IconName; words: string; look: string }>> = {
  waiting: { icon: "play", words: "waiting", look: "quiet" },
  running: { icon: "play", words: "running", look: "ok" },
  done: { icon: "check", words: "done", look: "quiet" },
  stopped: { icon: "stop", words: "stopped", look: "warn" },
  failed: { icon: "cross", words: "failed", look: "error" },
  gone: { icon: "warning", words: "stale", look: "warn" },
};

export class Runs {
  readonly node = el("ul", { class: "pbw-runs" });
  private rows: RunRow[] = [];

  add(row: RunRow): void {
    this.rows = [row, ...this.rows].slice(0, KEPT);
    this.draw();
  }

  draw(): void {
    this.node.replaceChildren(...this.rows.map(rowNode));
  }

  /** "capital, patch sweep: 69 %, 3 s left"; empty while nothing runs. */
  get summary(): string {
    const row = this.rows.find(({ state }) => state === "running");
    return row ? `${row.name}: ${progressWords(row)}` : "";
  }
}

function rowNode(row: RunRow): HTMLElement {
  const look = LOOKS[row.state];
  const running = row.state === "running" && row.share !== null;
  const button = el(
    "button",
    { type: "button", class: "pbw-run", title: "Show its cell" },
    el("span", { class: `pbw-${look.look}` }, icon(look.icon)),
    el(
      "span",
      { class: "pbw-run-name" },
      isolated(row.name),
      " ",
      el("span", { class: "pb-quiet" }, isolated(row.model)),
    ),
    el("span", { class: `pbw-${look.look}` }, running ? progressWords(row) : look.words),
    running && el("progress", { class: "pb-bar", max: 1, value: row.share, "aria-label": `${row.name}: progress` }),
  );
  button.addEventListener("click", () => row.reveal());
  return el("li", {}, button);
}

function progressWords({ share, secondsLeft }: RunRow): string {
  const percent = share === null ? "running" : `${Math.floor(100 * share)} %`;
  return secondsLeft !== null && secondsLeft >= 2 ? `${percent}, ${duration(secondsLeft)} left` : percent;
}

/** Takes what a view says about its run. */
export function followView(row: RunRow, view: Pick<View, "state" | "run">): void {
  const { state, run } = view;
  const ended: Partial<Record<View["state"], RunEnd>> = {
    done: "done",
    stopped: "stopped",
    error: "failed",
    stale: "gone",
  };
  row.state = ended[state] ?? "running";
  row.share = run && run.total > 0 ? run.done / run.total : null;
  row.secondsLeft = run?.secondsLeft ?? null;
}
