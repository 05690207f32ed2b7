/** Views outside notebooks: the console, or whatever else with a session, that they stand in is found among the widgets
 *  around them, so each view follows the kernel of its own place and of no other. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Widget } from "@lumino/widgets";
import { blur, type Host } from "../host";
import { kernelHost } from "./session";

type Cell = NotebookPanel["content"]["widgets"][number];

interface HasSession {
  readonly sessionContext: ISessionContext;
}

/** What is used of JupyterLab's CodeConsole. */
interface Console extends HasSession {
  readonly cells: Iterable<Cell>;
  readonly promptCell: Cell | null;
  inject(code: string): Promise<void>;
}

const hasSession = (widget: object): widget is Widget & HasSession => "sessionContext" in widget;
const isConsole = (widget: object): widget is Widget & Console =>
  hasSession(widget) && "promptCell" in widget && "inject" in widget;

/** The place of a view; null while it has not been put anywhere yet. */
export function hostAround(here: Widget, page: Host["page"]): Host | null {
  if (!here.isAttached) return null;
  const around: Widget[] = [];
  for (let widget = here.parent; widget; widget = widget.parent) around.push(widget);
  const console = around.find(isConsole);
  if (console) return consoleHost(console, page);
  const session = around.find(hasSession);
  return {
    ...(session ? kernelHost(session.sessionContext) : { kernel: () => null, onKernel: () => () => undefined }),
    page,
    document: () => session ?? around.find((widget) => widget.hasClass("jp-MainAreaWidget")) ?? here,
    save: () => undefined,
    runAgain: () => null,
    insertBelow: () => false,
    leave: blur,
  };
}

function consoleHost(console: Widget & Console, page: Host["page"]): Host {
  const sourceOf = (cell: Cell) => cell.model.sharedModel.getSource();
  return {
    ...kernelHost(console.sessionContext),
    page,
    document: () => console,
    // A console is not kept.
    save: () => undefined,
    runAgain(node) {
      const cell = [...console.cells].find((one) => one.node.contains(node));
      return cell ? () => void console.inject(sourceOf(cell)) : null;
    },
    insertBelow(_, code) {
      const { promptCell } = console;
      if (!promptCell) return false;
      const typed = sourceOf(promptCell);
      promptCell.model.sharedModel.setSource(typed.trim() === "" ? code : `${typed}\n${code}`);
      promptCell.editor?.focus();
      return true;
    },
    leave() {
      blur();
      console.promptCell?.editor?.focus();
    },
  };
}
