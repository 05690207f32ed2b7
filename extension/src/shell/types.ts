/** The contract between the shell and a kind of widget. A new widget is one `WidgetKind`, named in `../kinds.ts`:
 *  1. `create(shell)` makes a `Part`: picture, overlay, reader, toolbar, read-out, side panel, table and exports.
 *  2. The shell (widget.ts) owns all else: header, badges, footer, finder, help, menus, toasts, theme, focus, keys, links,
 *     saving, the kernel. A part puts nodes nowhere but into what it returns, and listens to nothing but its overlay.
 *  3. New numbers come by `take`. Then, in one frame, `draw` paints the picture into the room that the scene has, and
 *     `mark` paints the overlay and answers with the read-out. Pointing calls `mark` alone, so it must be quick.
 *  4. The reader (reader.ts) keeps cursor, hover, the frozen place and the marks for targets `T`; the pointer calls it,
 *     keys reach it by `KeyMap`.
 *  5. Everything that a reader changes on purpose is a field of `Marks`: selection and pins, and whatever a kind adds
 *     (metric, filters, layer, the window zoomed in on). Marks are undone (`u`, Ctrl+Z), saved with the notebook and with
 *     exported pages, and read back. A part keeps no choice elsewhere; it draws `reader.state.marks`, and changes them by
 *     - `reader.remark(marks, said, gesture)`: one step. Each is a new object; untouched fields stay the same objects.
 *       A gesture (gesture.ts) joins steps: `drag(name)` made at the press and given with every move, `burst(name)` for
 *       wheel and sliders; `Part.zoom` and `Bar.slider` hand theirs over.
 *     - `reader.adjust(marks)`: what only follows from something else, as a window that goes after the cursor.
 *     The shell then draws all when anything but selection and pins has changed (those too with `picturesSelection`),
 *     by step, undo and redo alike, so nobody calls `redraw` for it. Defaults are null or empty and follow the view, so
 *     that `noMarks` fits every view. `Reader.read` takes marks from outside field by field, whatever they are: a field
 *     that is wrong is left out, one that is missing (older notebooks) has its default.
 *  6. A target speaks to other views as a `Pointing`: labels by layer, head, position, token, sample (../link.ts). */
import type { Request, Theme, View, ViewBase, ViewState } from "patchbay/view";
import type { Child } from "../dom";
import type { IconName } from "../icons";
import type { LinkField, Pointing } from "../link";
import type { MenuItem } from "../menu";
import type { Gesture } from "./gesture";
import type { Notice } from "./notices";
import type { Reader } from "./reader";
import type { Bar } from "./toolbar";

/** `wide`: side panel beside the stage, words on controls; `middle`: panel folded; `narrow`: icons; `tiny`: words only. */
export type WidthClass = "wide" | "middle" | "narrow" | "tiny";

/** What undo brings back and what is saved with the notebook: see 5 above. JSON only. */
export interface Marks<S extends object = object, P extends object = object> {
  readonly selection: readonly S[];
  /** The number is the numeral on the badge, 1 to 6. */
  readonly pins: readonly (P & { number: number })[];
}

/** How the widget stands when it is drawn. */
export interface Scene<V extends ViewBase = View> {
  view: V;
  /** The view's state, or `stale` where its kernel has forgotten it. */
  state: ViewState;
  theme: Theme;
  width: WidthClass;
  /** Pixels inside the widget's border, and the most that a picture should be high. */
  room: { width: number; height: number };
  /** The table stands where the picture would. */
  table: boolean;
}

/** A button below a notice. */
export interface Offer {
  label: string;
  icon: IconName;
  act(): void;
}

/** What `draw` answers. */
export interface Drawn {
  /** Size of picture and overlay in pixels. */
  width: number;
  height: number;
  /** True: the side panel stands beside the stage; false: folded below it. */
  sideBeside: boolean;
  /** What the stage is called for screen readers; the shell adds how to get at the keys. */
  spoken: string;
  /** Shown instead of the picture: nothing to draw, too little room (then it offers the table). The shell itself says
   *  failed runs. */
  notice: (Notice & { offersTable?: boolean; offer?: Offer }) | null;
}

/** A piece of a read-out line; `strong` is bold, `weak` is secondary text. */
export interface ReadoutText {
  first: readonly { text: string; tone: "strong" | "normal" | "weak" }[];
  second: readonly { text: string; tone: "strong" | "normal" | "weak" }[];
  spoken: string;
}

/** The keys that a kind has beside those of every widget (keys.ts). */
export interface KeyMap {
  /** Key, as `ArrowUp` or `Ctrl+Home`, to a direction that the reader's `move` knows. */
  moves: Readonly<Record<string, string>>;
  /** Key, also as `Ctrl+ArrowUp`, to a name that `Part.act` gets; `v: "verify"`. */
  letters?: Readonly<Record<string, string>>;
  /** All rows of the help sheet, in its order. */
  help: readonly (readonly [keys: string, does: string])[];
}

type KernelExport = Extract<Request, { op: "export" }>;

/** A row of the export menu. The kernel's formats are offered only while a kernel knows the view. */
export type Export =
  | { label: string; note?: string; extension: string; make(): Promise<Blob> | Blob }
  | ({ label: string; note?: string; kernel: KernelExport["format"] } & Pick<
      KernelExport,
      "metric" | "figure" | "heatmap" | "paths" | "chart"
    >);

/** A widget's own part: all that one kind does in its own way. `T` is what can be pointed at. */
export interface Part<V extends View, T extends object, M extends Marks> {
  /** For `aria-roledescription`: "heatmap". */
  readonly role: string;
  /** The picture itself shows what is selected, so it is drawn anew with the selection. */
  readonly picturesSelection?: boolean;
  /** What its targets say to other views; the reader may switch each of them off. */
  readonly fields: readonly LinkField[];
  readonly reader: Reader<T, M>;
  readonly keys: KeyMap;
  readonly words: {
    /** Names of the side panel: beside the stage, and as a folded row. */
    side: string;
    folded: string;
    find: { label: string; placeholder: string };
  };
  /** Painted by `draw`; holds no text that is not also in read-out or table. */
  readonly picture: HTMLElement;
  /** Painted by `mark`, laid over the picture; pointers are heard here. */
  readonly overlay: SVGSVGElement;

  /** New numbers; `another`: another view has come in this output, so choices begin anew. */
  take(view: V, another: boolean): void;
  draw(scene: Scene<V>): Drawn;
  /** `focused`: the stage has the keyboard's focus, so the cursor shows. */
  mark(scene: Scene<V>, focused: boolean): ReadoutText;
  /** Second line of the header: metric, n, model. */
  subtitle(scene: Scene<V>): readonly Child[];
  toolbar: {
    /** Rebuilt when this changes (compared as JSON); otherwise the controls are only refreshed, so that focus stays. */
    parts(scene: Scene<V>): unknown;
    /** What is shown (left side); Find, Table, Export and More stand right of it. */
    build(bar: Bar<V>, scene: Scene<V>): readonly HTMLElement[];
    /** Rows of "More" before Find and Keys; what a narrow toolbar leaves out. */
    more?(scene: Scene<V>): readonly MenuItem[];
    /** False: Find goes behind "More". */
    findInBar?(scene: Scene<V>): boolean;
  };
  /** The side panel's content; `width` is what a chart in it may take. */
  side(scene: Scene<V>, width: number): readonly HTMLElement[];
  /** What stands in for the picture, in the same order; `key` tells whether it must be built anew. */
  table(scene: Scene<V>): { key: unknown; make(): HTMLElement };
  exports(scene: Scene<V>): readonly Export[];
  /** The pointer on the overlay; answers with what takes the listeners off. */
  listen(overlay: SVGSVGElement, shell: ShellActs<V>): () => void;
  /** A key of `KeyMap.letters`. */
  act?(name: string): void;
  /** `+`, `-` and `0`, the wheel while the widget has the focus, and a double click. Answers whether anything changed.
   *  @param at where the pointer stands on the overlay; null for keys: around the cursor
   *  @param gesture what the step belongs to, for `Reader.remark`: one turn of the wheel is undone at once */
  zoom?(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean;
  /** The wheel turned sideways, or with Shift, while the widget has the focus: moves what is zoomed in on by a step. Answers
   *  whether anything moved. */
  scroll?(direction: "left" | "right", gesture: Gesture): boolean;
  /** What the kernel's `pb.selection()` answers. */
  selection(marks: M): unknown;
  dispose?(): void;
}

/** A part whatever its targets are: enough to show it and to pass keys on. */
export type AnyPart<V extends View> = Omit<Part<V, object, Marks>, "reader" | "selection"> & {
  readonly reader: Pick<Reader<object, Marks>, "do" | "keyboard" | "search" | "nextMatch" | "state">;
};

/** What the shell does for a part. */
export interface ShellActs<V extends View = View> {
  readonly root: HTMLElement;
  /** null before the first drawing. */
  scene(): Scene<V> | null;
  /** Draws everything anew, at once: a choice has changed. */
  redraw(): void;
  /** Draws overlay and read-out; `speak`: the read-out is said to screen readers. */
  remark(speak: boolean): void;
  /** Builds the side panel anew. */
  redrawSide(): void;
  /** Gives the stage the focus after something was done with the pointer. */
  focus(): void;
  /** To screen readers. */
  say(sentence: string): void;
  /** To everybody: toast and screen reader. */
  tell(message: string): void;
  copy(text: string, done?: string): void;
  /** Puts code into a new cell below this one, or copies it where there is no notebook. */
  insertCode(code: string): void;
  toggleTable(): void;
  /** To the kernel that knows the view; null without one. */
  kernel(): (<R>(request: Request) => Promise<R>) | null;
}

export interface WidgetKind<V extends View, T extends object, M extends Marks> {
  readonly kind: V["kind"];
  create(shell: ShellActs<V>, readerActs: ReaderActs<M>, view: V): Part<V, T, M>;
}

/** What the reader asks of the shell. */
export interface ReaderActs<M extends Marks> {
  /** Hover, cursor, links: overlay and read-out change. `speak`: what is under the cursor is said. */
  pointedElsewhere(speak: boolean): void;
  /** Selection, pins or other marks changed. */
  marked(marks: M): void;
  say(sentence: string): void;
  /** The other views of the document. */
  tellOthers(at: Pointing): void;
  /** What has been selected, to those that go there. */
  tellSelected?(at: Pointing): void;
  /** There is nothing left to clear: the focus goes back to the notebook. */
  leave(): void;
}
