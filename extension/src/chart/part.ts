/** The chart: what the shell needs to show one, and the layout that follows from which panels are drawn. */
import {
  type ChartLayout,
  type ChartView,
  chartAt,
  chartLayout,
  chartReadout,
  chartSpec,
  chartSummary,
  count,
  spokenPoint,
} from "patchbay/view";
import { el } from "../dom";
import { Picture } from "../picture";
import { modelMark } from "../shell/header";
import { SIDE } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import { chartExports } from "./exports";
import { KEYS } from "./keys";
import { Overlay } from "./overlay";
import { ChartReader, linkField } from "./reader";
import { sideContent } from "./side";
import { type Marks, same, type Target, targetOf } from "./state";
import { tableNode } from "./table";

type ChartScene = Scene<ChartView>;

/** Above this the picture is a canvas: as SVG it would hold a node or more for each value. */
const SVG_VALUES = 1_500;
/** The choice of one panel, or of all. */
const ALL = "all";

class ChartPart implements Part<ChartView, Target, Marks> {
  readonly role = "chart";
  readonly keys = KEYS;
  readonly words = {
    side: "Selected value and pins",
    folded: "Values, pins and code",
    find: { label: "Find a value", placeholder: "a place, a series or a panel" },
  };
  readonly reader: ChartReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  private layout: ChartLayout | null = null;
  private drawn = "";
  private failed: { spec: string; message: string } | null = null;
  private readonly canvas = new Picture();
  private readonly marks = new Overlay();

  constructor(
    private readonly shell: ShellActs<ChartView>,
    readerActs: ReaderActs<Marks>,
    private view: ChartView,
  ) {
    this.picture = this.canvas.node;
    this.overlay = this.marks.node;
    this.reader = new ChartReader(readerActs, { view: () => this.view, panels: () => this.panels });
    this.toolbar = this.controls();
  }

  get fields() {
    const field = linkField(this.view);
    return field === null ? [] : [field];
  }

  private get panels(): readonly number[] {
    return this.panel === null ? this.view.panels.map((_, at) => at) : [this.panel];
  }

  private controls(): Part<ChartView, Target, Marks>["toolbar"] {
    return {
      parts: ({ view, width }) => [view.panels.map(({ name }) => name), width === "tiny"],
      build: (bar, { view }) => {
        if (view.panels.length < 2) return [];
        const names = view.panels.map(({ name }, at) => [String(at), name || `panel ${at + 1}`] as const);
        return [
          bar.select(
            "Panel",
            [[ALL, "all"], ...names],
            () => (this.panel === null ? ALL : String(this.panel)),
            (value) => this.choose(value === ALL ? null : Number(value)),
          ),
        ];
      },
    };
  }

  /** null: all, also where a view that has come has fewer. */
  private get panel(): number | null {
    const { panel } = this.reader.state.marks;
    return panel !== null && panel < this.view.panels.length ? panel : null;
  }

  private choose(panel: number | null): void {
    const said = panel === null ? "All panels." : `Panel ${this.view.panels[panel]?.name || panel + 1}.`;
    this.reader.remark({ ...this.reader.state.marks, panel }, said);
  }

  take(view: ChartView): void {
    this.view = view;
  }

  draw(scene: ChartScene): Drawn {
    const { view, theme, width, room } = scene;
    const beside = width === "wide";
    const size = { width: beside ? room.width - SIDE : room.width - 2, height: room.height };
    const layout = chartLayout(view, theme, size, { panels: this.panels });
    this.layout = layout;
    const notice = this.notice(scene);
    if (!notice && !scene.table) this.paint(scene, size);
    return {
      width: layout.width,
      height: layout.height,
      sideBeside: beside && !scene.table,
      spoken: chartSummary(view),
      notice: this.failed
        ? {
            icon: "warning",
            title: "The picture could not be drawn",
            text: this.failed.message,
            message: this.failed.message,
          }
        : notice,
    };
  }

  private paint({ view, theme }: ChartScene, size: { width: number; height: number }): void {
    const spec = chartSpec(view, theme, size, { panels: this.panels });
    const text = JSON.stringify(spec);
    if (this.failed?.spec !== text) this.failed = null;
    if (text === this.drawn) return;
    this.drawn = text;
    this.canvas.show(spec, this.reader.points.length > SVG_VALUES ? "canvas" : "svg").catch((error: unknown) => {
      this.failed = { spec: text, message: String(error) };
      this.shell.redraw();
    });
  }

  private notice({ view, width }: ChartScene): Drawn["notice"] {
    if (this.reader.largest === null && (view.state === "done" || view.state === "stopped")) {
      return { icon: "table", title: "No values to draw", text: "Nothing was measured.", call: view.code };
    }
    if (width !== "tiny") return null;
    return { icon: "grid", title: view.title, text: `${chartSummary(view)} It needs more room.`, offersTable: true };
  }

  mark({ view, theme, state }: ChartScene, focused: boolean): ReadoutText {
    const { reader } = this;
    this.marks.update({
      ...{ view, theme, layout: this.layout as ChartLayout },
      marks: reader.state.marks,
      pointOf: (target) => reader.pointOf(target),
      hover: reader.fitting(reader.hover),
      cursor: focused ? reader.fitting(reader.state.cursor) : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    const point = reader.pointOf(reader.target(focused));
    if (point === null) return this.whole(view, state);
    const { name, value, rest } = chartReadout(view, point);
    return {
      first: [
        { text: name, tone: "strong" },
        { text: value, tone: "strong" },
      ],
      second: rest === "" ? [] : [{ text: rest, tone: "weak" }],
      spoken: spokenPoint(view, point),
    };
  }

  private whole(view: ChartView, state: ChartScene["state"]): ReadoutText {
    const values = this.reader.points.filter(({ value }) => value !== null).length;
    const done =
      view.run === null
        ? `${count(values)} ${values === 1 ? "value" : "values"}`
        : `${count(view.run.done)} of ${count(view.run.total)} ${view.run.unit}`;
    const first: Record<ChartScene["state"], string> = {
      loading: "Waiting",
      partial: "Running",
      done: "Point at a value, or press an arrow key",
      stopped: "Stopped before the end",
      error: "The run failed",
      stale: "Made by an earlier kernel",
    };
    const still = state === "stale" ? "the numbers are true of their run; run the cell again to go on with them" : "";
    return {
      first: [{ text: first[state], tone: "normal" }],
      second: [{ text: [still, done, view.interval].filter((part) => part !== "").join(" · "), tone: "weak" }],
      spoken: chartSummary(view),
    };
  }

  subtitle({ view, theme }: ChartScene) {
    const label = view.label === "" ? view.y.title : `${view.label}, ${view.y.title}`;
    return [el("b", {}, label), " · ", ...modelMark(view.model, theme)];
  }

  side({ view, theme }: ChartScene): HTMLElement[] {
    const { reader, shell } = this;
    const { points, largest } = reader;
    return sideContent(
      { view, theme, points, largest, marks: reader.state.marks },
      {
        goTo: (target) => {
          reader.goTo(target);
          reader.keyboard = true;
          shell.focus();
        },
        copyCode: () => shell.copy(view.code, "Code copied"),
      },
    );
  }

  table({ view }: ChartScene) {
    return { key: this.panel, make: () => tableNode(view, this.shownPoints()) };
  }

  private shownPoints() {
    return this.reader.points.filter(({ panel }) => this.panels.includes(panel));
  }

  exports({ view }: ChartScene) {
    return chartExports({ view, points: this.shownPoints(), panels: this.panels, pins: this.reader.state.marks.pins });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<ChartView>): () => void {
    const { reader } = this;
    const at = (event: PointerEvent | MouseEvent): Target | null => {
      const { left, top } = overlay.getBoundingClientRect();
      const point = this.layout && chartAt(this.view, this.layout, event.clientX - left, event.clientY - top);
      return point && targetOf(point);
    };
    const handlers: Partial<{ [K in keyof SVGElementEventMap]: (event: SVGElementEventMap[K]) => void }> = {
      pointermove: (event) => {
        // Shift holds the read-out while the pointer goes elsewhere.
        const target = at(event);
        if (!event.shiftKey && !same(target, reader.hover)) reader.pointAt(target);
      },
      pointerleave: (event) => {
        if (!event.shiftKey) reader.pointAt(null);
      },
      click: (event) => {
        const target = at(event);
        reader.keyboard = false;
        shell.focus();
        if (!target) reader.clickedOutside();
        else if (event.altKey) reader.pin(target);
        else reader.select(target, event.ctrlKey || event.metaKey);
      },
    };
    for (const [name, handler] of Object.entries(handlers)) overlay.addEventListener(name, handler as EventListener);
    return () => {
      for (const [name, handler] of Object.entries(handlers))
        overlay.removeEventListener(name, handler as EventListener);
    };
  }

  selection({ selection, pins }: Marks): unknown {
    const { view } = this;
    const named = (targets: Marks["selection"]) =>
      targets.map(({ panel, series, x }) => ({
        panel: view.panels[panel]?.name,
        series: view.series[series]?.name,
        x: (view.panels[panel]?.labels ?? view.x.labels)[x],
      }));
    return { selected: named(selection), pinned: named(pins) };
  }

  dispose(): void {
    this.canvas.dispose();
  }
}

export const chartKind: WidgetKind<ChartView, Target, Marks> = {
  kind: "chart",
  create: (shell, readerActs, view) => new ChartPart(shell, readerActs, view),
};
