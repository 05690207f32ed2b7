/** JupyterLab's renderer for views: hands what arrives to a frame, and keeps marks in the output's metadata. One instance
 *  serves all updates of an output. */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { type Output, VIEW_MIME } from "patchbay/view";
import { ViewFrame } from "./frame";
import type { Host } from "./host";

/** Where an output's metadata keeps what the reader marked. */
const METADATA_KEY = "patchbay";

export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private frame: ViewFrame | null = null;
  private model: IRenderMime.IMimeModel | null = null;

  /** @param hostOf the place of this renderer; null as long as only being attached will tell */
  constructor(private readonly hostOf: (here: Widget) => Host | null) {
    super();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    this.draw();
  }

  override processMessage(message: Parameters<Widget["processMessage"]>[0]): void {
    super.processMessage(message);
    if (message.type === "after-attach" && this.frame === null) this.draw();
  }

  private draw(): void {
    const { model } = this;
    if (this.isDisposed || model === null) return;
    this.frame ??= this.framed();
    if (this.frame === null) return;
    this.frame.show(model.data[VIEW_MIME]);
    // An update has replaced the output and its metadata with it: marks made meanwhile are written again.
    if (this.frame.marked && model.metadata[METADATA_KEY] === undefined) this.frame.saveSoon();
  }

  private framed(): ViewFrame | null {
    const host = this.hostOf(this);
    return (
      host &&
      new ViewFrame(this.node, host, {
        read: () => this.model?.metadata[METADATA_KEY],
        write: (marks) => this.write(marks),
        output: {
          view: () => this.model?.data[VIEW_MIME],
          replace: (output) => this.replace(output),
        },
      })
    );
  }

  private write(marks: unknown): void {
    const { model } = this;
    if (!model || this.isDisposed) return;
    const metadata: Record<string, unknown> = { ...model.metadata };
    if (marks === null && metadata[METADATA_KEY] === undefined) return;
    if (marks === null) delete metadata[METADATA_KEY];
    else metadata[METADATA_KEY] = marks;
    model.setData({ metadata: metadata as IRenderMime.IMimeModel["metadata"] });
  }

  /** Puts a whole output in the place of this one; what is marked stays. */
  private replace({ data, metadata }: Output): void {
    const { model } = this;
    if (!model || this.isDisposed) return;
    const marks = model.metadata[METADATA_KEY];
    const all = { ...metadata, ...(marks === undefined ? {} : { [METADATA_KEY]: marks }) };
    model.setData({ data, metadata: all } as Parameters<IRenderMime.IMimeModel["setData"]>[0]);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.frame?.dispose();
    this.model = null;
    super.dispose();
  }
}
