/** Opens result files (`*.patchbay.json`) from the file browser as documents with full interaction. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ABCWidgetFactory, type DocumentRegistry, DocumentWidget } from "@jupyterlab/docregistry";
import { IStateDB } from "@jupyterlab/statedb";
import { Widget } from "@lumino/widgets";
import { blur, type Host } from "../host";
import { patchbayIcon } from "../lab-icon";
import { pageParts } from "../page-parts";
import { ResultContent } from "./content";
import { DocumentMarks, followFiles } from "./kept";

const FACTORY = "Patchbay";
const FILE_TYPE = "patchbay-result";

/** A document of its own: nothing runs behind it, and nothing is written. */
const documentHost = (context: DocumentRegistry.Context): Host => ({
  document: () => context,
  kernel: () => null,
  onKernel: () => () => undefined,
  save: () => undefined,
  runAgain: () => null,
  insertBelow: () => false,
  leave: blur,
  page: pageParts,
});

/** The document's content as a JupyterLab widget. */
class ResultWidget extends Widget {
  private readonly content: ResultContent;

  constructor(
    private readonly context: DocumentRegistry.Context,
    state: IStateDB | null,
  ) {
    super();
    const marks = new DocumentMarks(state, () => context.path);
    const name = () => context.path.split("/").at(-1) ?? "";
    this.content = new ResultContent(this.node, documentHost(context), name, marks);
    void Promise.all([context.ready, marks.load()]).then(() => {
      if (this.isDisposed) return;
      this.read();
      context.model.contentChanged.connect(this.read, this);
    });
  }

  private read(): void {
    void this.content.show(this.context.model.toString());
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.context.model.contentChanged.disconnect(this.read, this);
    this.content.dispose();
    super.dispose();
  }
}

class ResultFactory extends ABCWidgetFactory<DocumentWidget<ResultWidget>> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DocumentWidget<ResultWidget>>,
    private readonly state: IStateDB | null,
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget<ResultWidget> {
    const widget = new DocumentWidget({ content: new ResultWidget(context, this.state), context });
    widget.title.icon = patchbayIcon;
    return widget;
  }
}

export const documentPlugin: JupyterFrontEndPlugin<void> = {
  id: "@patchbay/jupyterlab:document",
  description: "Opens result files",
  autoStart: true,
  optional: [IStateDB],
  activate: ({ docRegistry, serviceManager }: JupyterFrontEnd, state: IStateDB | null) => {
    if (state) followFiles(state, serviceManager.contents.fileChanged);
    docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: "Patchbay Result",
      extensions: [".patchbay.json"],
      mimeTypes: ["application/json"],
      contentType: "file",
      fileFormat: "text",
      icon: patchbayIcon,
    });
    docRegistry.addWidgetFactory(
      new ResultFactory({ name: FACTORY, fileTypes: [FILE_TYPE], defaultFor: [FILE_TYPE], readOnly: true }, state),
    );
  },
};
