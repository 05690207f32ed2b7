/** Shows what claims to be a view in one node: checks it, hands it to the widget of its kind, keeps what the reader marks,
 *  and shows wrong data as text. Knows nothing of JupyterLab: outputs, documents and pages of their own use it. */
import { type Output, type View, validateView } from "patchbay/view";
import { isRunning } from "./heatmap/scene";
import type { Host } from "./host";
import { mount } from "./kinds";
import { copyText } from "./save-file";
import { onPreferences, withDecimals } from "./settings/preferences";
import type { Mounted } from "./shell/mounted";
import { noticeNode } from "./shell/notices";
import { Tie } from "./tie";

/** A reader who clicks about should not write the notebook each time. */
const SAVE_AFTER_MS = 400;
/** The kernel rewrites the output of a run that has ended; one that still differs by then is out of its reach. */
const REWRITTEN_WITHIN_MS = 5_000;

/** Where marks are kept, and the view. */
export interface Kept {
  read(): unknown;
  /** null: there is nothing to keep any more. */
  write(marks: unknown): void;
  /** The view as the cell's output has it, and a whole output to put in its place. */
  readonly output?: { view(): unknown; replace(output: Output): void };
}

/** For places that keep nothing. */
export const NOTHING_KEPT: Kept = { read: () => undefined, write: () => undefined };

export class ViewFrame {
  private readonly tie: Tie;
  private shown = "";
  private latest: View | null = null;
  private widget: Mounted | null = null;
  /** What is marked; null: nothing, undefined: nobody has marked anything yet. */
  private marks: unknown;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private outputTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly stopPreferences: () => void;

  constructor(
    private readonly node: HTMLElement,
    private readonly host: Host,
    private readonly kept: Kept,
  ) {
    node.classList.add("pb-view");
    node.tabIndex = -1;
    node.setAttribute("role", "group");
    // All keys stay in the widget; it saves on Ctrl+S itself and gives the focus back on Esc.
    node.dataset.lmSuppressShortcuts = "true";
    this.tie = new Tie(host, "", {
      pushed: (view) => {
        if (this.take(view)) this.keepOutputSoon();
      },
      connection: () => this.widget?.refresh(),
    });
    this.stopPreferences = onPreferences(() => {
      if (this.latest) this.widget?.update(withDecimals(this.latest));
    });
  }

  /** Marks made since the last look; undefined when there are none. */
  get marked(): unknown {
    return this.marks;
  }

  /** Shows a value that has just come as an output or from a file. */
  show(value: unknown): void {
    const view = this.take(value);
    if (!view) return;
    this.tie.arrived(view.id);
    this.widget?.refresh();
  }

  /** Shows a value that claims to be a view; null when it is not one, or is there already. */
  private take(value: unknown): View | null {
    const text = JSON.stringify(value) ?? "";
    if (text === this.shown && this.widget) return null;
    const checked = validateView(value);
    if (!checked.ok) {
      this.refuse("This view cannot be drawn", checked.message);
      return null;
    }
    const { view } = checked;
    if (this.latest && isOlder(view, this.latest)) return view;
    this.shown = text;
    this.latest = view;
    this.showView(withDecimals(view));
    return view;
  }

  private showView(view: View): void {
    if (this.widget?.kind === view.kind) {
      this.widget.update(view);
      return;
    }
    // Another kind of view in the same place begins anew.
    this.drop();
    const saved = {
      load: () => this.kept.read() ?? this.latest?.marks,
      save: (marks: unknown) => {
        this.marks = marks;
        this.saveSoon();
      },
      flush: () => this.flush(),
    };
    try {
      this.widget = mount(this.node, view, this.host, this.tie, saved);
    } catch (error) {
      this.refuse("This view cannot be drawn", error instanceof Error ? error.message : String(error));
    }
  }

  private drop(): void {
    this.widget?.dispose();
    this.widget = null;
  }

  /** Wrong data is said, never drawn. */
  refuse(title: string, message: string): void {
    this.drop();
    this.shown = "";
    this.latest = null;
    this.node.dataset.kind = "none";
    this.node.dataset.state = "error";
    const notice = { icon: "warning", title, text: message, message } as const;
    this.node.replaceChildren(noticeNode(notice, (text) => void copyText(text)));
  }

  /** Writes marks a moment from now. */
  saveSoon(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  /** Writes at once what is still to be written. */
  flush(): void {
    if (this.timer === null || this.marks === undefined) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.kept.write(this.marks);
  }

  /** Sees to it that the notebook has what a run has ended with, also when the page was loaded anew meanwhile. */
  private keepOutputSoon(): void {
    if (this.outputTimer !== null) clearTimeout(this.outputTimer);
    this.outputTimer = setTimeout(() => {
      this.outputTimer = null;
      // Not kept is what the kernel does not give any more: the output stays as it was saved.
      this.keepOutput().catch(() => undefined);
    }, REWRITTEN_WITHIN_MS);
  }

  private async keepOutput(): Promise<void> {
    const { latest, kept } = this;
    const differs = () => kept.output && latest === this.latest && JSON.stringify(kept.output.view()) !== this.shown;
    if (!latest || isRunning(latest.state) || !differs()) return;
    const output = await this.tie.call<Output>({ op: "output", view: latest.id });
    if (differs()) kept.output?.replace(output);
  }

  dispose(): void {
    for (const timer of [this.timer, this.outputTimer]) if (timer !== null) clearTimeout(timer);
    this.latest = null;
    this.drop();
    this.stopPreferences();
    this.tie.dispose();
  }
}

/** Pushes overtake outputs, whose PNG takes time to draw: of a running view only news are shown, and none once it is
 *  done. */
function isOlder(view: View, than: View): boolean {
  if (view.id !== than.id || !isRunning(view.state)) return false;
  return than.state === "done" || (view.run !== null && view.run.done < (than.run?.done ?? 0));
}
