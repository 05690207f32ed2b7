/** JupyterLab's renderer for views: checks what arrives, hands it to the widget of its kind, keeps marks in the
 *  output's metadata, and shows wrong data as text. One instance serves all updates of an output. */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { VIEW_MIME, type View, validateView } from "patchbay/view";
import { isRunning } from "./heatmap/scene";
import type { Host } from "./host";
import { mount } from "./kinds";
import { copyText } from "./save-file";
import { noticeNode } from "./shell/notices";
import type { Mounted } from "./shell/widget";
import { Tie } from "./tie";

/** Where an output's metadata keeps what the reader marked. */
const METADATA_KEY = "patchbay";
/** A reader who clicks about should not write the notebook each time. */
const SAVE_AFTER_MS = 400;

export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private readonly tie: Tie;
  private model: IRenderMime.IMimeModel | null = null;
  private shown = "";
  private latest: View | null = null;
  private widget: Mounted | null = null;
  /** What is marked; null: nothing, undefined: nobody has marked anything yet. */
  private marks: unknown;
  private saveTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly host: Host) {
    super();
    this.addClass("pb-view");
    this.node.tabIndex = -1;
    this.node.setAttribute("role", "group");
    // All keys stay in the widget; it saves on Ctrl+S itself and gives the focus back on Esc.
    this.node.dataset.lmSuppressShortcuts = "true";
    this.tie = new Tie(host, "", {
      pushed: (view) => this.take(view),
      connection: () => this.widget?.refresh(),
    });
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    if (this.isDisposed) return;
    const view = this.take(model.data[VIEW_MIME]);
    if (view) this.tie.arrived(view.id);
    // An update has replaced the output and its metadata with it: marks made meanwhile are written again.
    if (this.marks && model.metadata[METADATA_KEY] === undefined) this.saveSoon();
  }

  /** Shows a value that claims to be a view; null when it is not one. */
  private take(value: unknown): View | null {
    const text = JSON.stringify(value) ?? "";
    if (text === this.shown && this.widget) return null;
    const checked = validateView(value);
    if (!checked.ok) {
      this.refuse(checked.message);
      return null;
    }
    const { view } = checked;
    if (this.latest && isOlder(view, this.latest)) return view;
    this.shown = text;
    this.latest = view;
    this.showView(view);
    return view;
  }

  private showView(view: View): void {
    if (this.widget?.kind === view.kind) {
      this.widget.update(view);
      return;
    }
    // Another kind of view in the same output begins anew.
    this.drop();
    this.widget = mount(this.node, view, this.host, this.tie, {
      load: () => this.model?.metadata[METADATA_KEY],
      save: (marks) => {
        this.marks = marks;
        this.saveSoon();
      },
      flush: () => this.saveNow(),
    });
  }

  private drop(): void {
    this.widget?.dispose();
    this.widget = null;
  }

  /** Wrong data is said, never drawn. */
  private refuse(message: string): void {
    this.drop();
    this.shown = "";
    this.latest = null;
    this.node.dataset.kind = "none";
    this.node.dataset.state = "error";
    const notice = { icon: "warning", title: "This view cannot be drawn", text: message, message } as const;
    this.node.replaceChildren(noticeNode(notice, (text) => void copyText(text)));
  }

  private saveSoon(): void {
    if (this.saveTimer !== null) clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.saveNow(), SAVE_AFTER_MS);
  }

  private saveNow(): void {
    const { model, marks } = this;
    if (this.saveTimer === null || !model || marks === undefined || this.isDisposed) return;
    clearTimeout(this.saveTimer);
    this.saveTimer = null;
    const metadata: Record<string, unknown> = { ...model.metadata };
    if (marks === null && metadata[METADATA_KEY] === undefined) return;
    if (marks === null) delete metadata[METADATA_KEY];
    else metadata[METADATA_KEY] = marks;
    model.setData({ metadata: metadata as IRenderMime.IMimeModel["metadata"] });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    if (this.saveTimer !== null) clearTimeout(this.saveTimer);
    this.drop();
    this.tie.dispose();
    this.model = null;
    super.dispose();
  }
}

/** Pushes overtake outputs, whose PNG takes time to draw: of a running view only news are shown. */
function isOlder(view: View, than: View): boolean {
  return view.id === than.id && isRunning(view.state) && view.run !== null && view.run.done < (than.run?.done ?? 0);
}
