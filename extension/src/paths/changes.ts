/** What toolbar, keys and side panel change in a path graph beyond marks on single hops: which trace and sample is shown,
 *  groups, names and bands. Each is one step that undo takes back. */
import {
  columnLabel,
  latticeView,
  type PathsPlace,
  type PathsView,
  tokenName,
  withGroup,
  withName,
} from "patchbay/view";
import type { MenuItem } from "../menu";
import type { ShellActs } from "../shell/types";
import type { Graphs } from "./graphs";
import type { PathsReader } from "./reader";
import { type Marks, moved, regrouped, type Span } from "./state";
import { bandsOf } from "./toolbar";

export class Changes {
  constructor(
    private readonly reader: PathsReader,
    private readonly graphs: Graphs,
    private readonly shell: ShellActs<PathsView>,
    private readonly acts: { changed(): void; startName(column: number): void },
  ) {}

  private get marks(): Marks {
    return this.reader.state.marks;
  }
  get place(): PathsPlace {
    return this.marks.place ?? this.graphs.own;
  }

  /** Shows another trace or sample; asks the kernel for it where the view does not hold it. */
  go(place: PathsPlace): void {
    const { graphs, shell, reader } = this;
    const { choices } = graphs.show(this.marks).stored;
    if (!choices || (place.trace === this.place.trace && place.sample === this.place.sample)) return;
    const words = [
      choices.traces.length > 1 ? `${choices.by} ${choices.traces[place.trace]}` : "",
      choices.samples.length > 1 ? `sample ${place.sample + 1}, ${choices.samples[place.sample]}` : "",
    ];
    const name = words.filter((part) => part !== "").join(", ");
    graphs.ask(place, shell.kernel()).then(
      () => {
        const [before, after] = [graphs.show(this.marks).stored, graphs.at(place)];
        const same = JSON.stringify(before.tokens) === JSON.stringify(after?.tokens);
        reader.remark(moved(this.marks, place, same), `Shown: ${name}.`);
      },
      (error: Error) => {
        // The control goes back to what is shown.
        this.acts.changed();
        shell.tell(`Not shown, ${name}: ${error.message}`);
      },
    );
  }

  /** What came of asking for all paths, by place. */
  private readonly whole = new Map<string, { asking: boolean; failed: string | null }>();

  /** Of the paths that are not here. */
  get missing(): { askable: boolean; asking: boolean; failed: string | null } {
    const asked = this.whole.get(JSON.stringify(this.place));
    return { askable: this.shell.kernel() !== null, asking: asked?.asking ?? false, failed: asked?.failed ?? null };
  }

  /** Gets all paths of the graph that is shown. */
  askWhole(): void {
    const [call, { place }] = [this.shell.kernel(), this];
    const key = JSON.stringify(place);
    if (!call || this.whole.get(key)?.asking) return;
    const now = (asking: boolean, failed: string | null) => {
      this.whole.set(key, { asking, failed });
      this.acts.changed();
    };
    now(true, null);
    this.graphs.askWhole(place, call).then(
      () => {
        now(false, null);
        this.shell.say("All paths are here.");
      },
      (error: Error) => now(false, `Not to be had: ${error.message}`),
    );
  }

  /** Only paths that move in a layer, or no longer only those. */
  through(layer: number): void {
    const { through } = this.marks;
    const has = through.includes(layer);
    const next = has ? through.filter((other) => other !== layer) : [...through, layer].sort((a, b) => a - b);
    this.reader.change(
      { through: next, path: null },
      has ? `Filter of layer ${layer} taken off.` : `Only paths that move in layer ${layer}.`,
    );
  }

  /** The same for a sample that another view names; quietly stays where this graph has no paths of it. */
  goIfTraced(place: PathsPlace): void {
    const { graphs, shell } = this;
    graphs.ask(place, shell.kernel()).then(
      () => {
        if ((graphs.at(place)?.kept ?? 0) > 0) this.go(place);
      },
      () => undefined,
    );
  }

  /** Gets the graph that saved marks name, when it is not here. */
  fetchSaved(): void {
    const { place } = this.marks;
    const { graphs, shell } = this;
    if (!place || graphs.at(place) || !shell.kernel()) return;
    graphs.ask(place, shell.kernel()).then(
      () => this.acts.changed(),
      () => undefined,
    );
  }

  nextTrace(): void {
    const traces = this.graphs.show(this.marks).stored.choices?.traces.length ?? 1;
    if (traces > 1) this.go({ ...this.place, trace: (this.place.trace + 1) % traces });
    else this.shell.say("There is one trace. Show several by pb.show([k1, k2]).");
  }
  stepSample(by: 1 | -1): void {
    const samples = this.graphs.show(this.marks).stored.choices?.samples.length ?? 1;
    const next = this.place.sample + by;
    if (next >= 0 && next < samples) this.go({ ...this.place, sample: next });
    else this.shell.say(by === 1 ? "This is the last sample." : "This is the first sample.");
  }

  /** Layers in a row. */
  band(layers: number): void {
    if (!this.graphs.show(this.marks).stored.paths && layers > 1) {
      this.shell.tell("Bands need single paths, and this view holds only sums over edges");
      return;
    }
    this.regroup({ band: layers }, layers === 1 ? "Each layer alone." : `Layers in bands of ${layers}.`);
  }
  nextBand(): void {
    const all = bandsOf(this.graphs.show(this.marks).stored.layers);
    this.band(all[(all.indexOf(this.marks.band) + 1) % all.length] ?? 1);
  }

  /** The chosen columns become one. */
  group(): void {
    const { span } = this.marks;
    const { columns = [] } = this.graphs.show(this.marks).view.lattice ?? {};
    const [first, last] = span ? [columns[span.from], columns[span.to]] : [];
    if (!span || !first || !last || first === last) {
      this.shell.say("Choose tokens next to each other first: Shift with Left or Right, or drag over their labels.");
      return;
    }
    this.groupPositions({ from: first.from, to: last.to });
  }
  instruction(): void {
    const { instructionEnd } = this.graphs.show(this.marks).stored;
    if (instructionEnd) this.groupPositions({ from: 0, to: instructionEnd - 1 });
  }
  private groupPositions(span: Span): void {
    if (span.to <= span.from) return;
    this.regroup({ groups: withGroup(this.marks.groups, span) }, `${span.to - span.from + 1} tokens in one column.`);
  }
  ungroup(column: number): void {
    const at = this.graphs.show(this.marks).view.lattice?.columns[column];
    if (!at || at.from === at.to) return;
    const groups = this.marks.groups.filter(({ from }) => from !== at.from);
    this.regroup({ groups }, `${at.to - at.from + 1} tokens apart again.`);
  }
  /** Opens the group at the cursor, or closes the chosen tokens to one. */
  open(): void {
    const column = this.marks.span?.from ?? this.reader.cursor?.position;
    const at = column === undefined ? undefined : this.graphs.show(this.marks).view.lattice?.columns[column];
    if (column !== undefined && at && at.from < at.to) this.ungroup(column);
    else this.group();
  }

  private regroup(change: Partial<Pick<Marks, "groups" | "band">>, say: string): void {
    const { stored, view } = this.graphs.show(this.marks);
    const next = { ...this.marks, ...change };
    const after = latticeView(stored, { source: null, rank: 1 }, next).lattice;
    if (!view.lattice || !after) return;
    this.reader.remark(regrouped(next, view.lattice, after), say);
  }

  rename(column: number, name: string): void {
    const { view } = this.graphs.show(this.marks);
    const position = view.lattice?.columns[column]?.from ?? column;
    this.reader.remark({ ...this.marks, names: withName(this.marks.names, position, name) }, "Named.");
  }
  startName(): void {
    const column = this.marks.span?.from ?? this.reader.cursor?.position;
    if (column === undefined) this.shell.say("Choose a token first.");
    else this.acts.startName(column);
  }

  /** What the menu offers for tokens and layers. */
  items(): MenuItem[] {
    const { stored, view } = this.graphs.show(this.marks);
    const { span, groups, names } = this.marks;
    const column = span?.from ?? this.reader.cursor?.position;
    const at = column === undefined ? undefined : view.lattice?.columns[column];
    const { instructionEnd } = stored;
    const layer = this.layerInPlay();
    return [
      ...(layer === null || this.marks.through.includes(layer)
        ? []
        : [{ label: `Only paths that move in layer ${layer}`, act: () => this.through(layer) }]),
      ...(span && span.to > span.from
        ? [{ label: "Group the chosen tokens", note: "g", act: () => this.group() }]
        : []),
      ...(instructionEnd !== null && instructionEnd > 1
        ? [{ label: "Group the instruction", act: () => this.instruction() }]
        : []),
      ...(column !== undefined && at
        ? [{ label: `Name ${tokenName(view, column)}`, note: "n", act: () => this.startName() }]
        : []),
      ...(column !== undefined && at && at.from < at.to
        ? [{ label: `Open ${columnLabel(view, column)}`, note: "o", act: () => this.ungroup(column) }]
        : []),
      ...(groups.length > 0
        ? [{ label: "Open all groups", act: () => this.regroup({ groups: [] }, "All groups open.") }]
        : []),
      ...(names.length > 0 ? [{ label: "Forget all names", act: () => this.forgetNames() }] : []),
    ];
  }
  /** The layer of the selected hop, or that leads to the cursor; null where there is none, or several. */
  private layerInPlay(): number | null {
    const { view } = this.graphs.show(this.marks);
    const row = this.marks.selection[0]?.layer ?? (this.reader.cursor?.boundary ?? 0) - 1;
    const at = view.lattice?.rows[row];
    return at && at.from === at.to ? at.from : null;
  }
  private forgetNames(): void {
    this.reader.remark({ ...this.marks, names: [] }, "Names forgotten.");
  }
}
