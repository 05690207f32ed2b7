/** The paper's figures from results: which numbers they hold, that each can be drawn, and that none is forgotten. */
import { describe, expect, test } from "vitest";
import { figureOf } from "../../kernel-lib/src/figure";
import { headActivityAt } from "../../kernel-lib/src/result/heads-activity";
import { unpack } from "../../kernel-lib/src/result/pack";
import { pathsByToken } from "../../kernel-lib/src/result/tokens-paths";
import { paperFigure, paperItems } from "../../kernel-lib/src/run/paper";
import { chartPoints } from "../../kernel-lib/src/view/chart-view";
import type { ChartView, HeatmapView } from "../../kernel-lib/src/view/types";
import { validateView } from "../../kernel-lib/src/view/validate";
import { sweepOf, traceOf } from "./made";

const sweeps = [
  sweepOf("own/dpo", "antonym", { nLayers: 2, seed: 1 }),
  sweepOf("own/base", "antonym", { nLayers: 2, seed: 2, ranks: 5 }),
  sweepOf("own/base", "can_fly", { nLayers: 2, seed: 3 }),
];
const numbers = (view: HeatmapView, key: string) =>
  Array.from(unpack((view.metrics.find((metric) => metric.key === key) as HeatmapView["metrics"][number]).mean));
const there = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));

describe("maps", () => {
  const view = paperFigure("fig2", sweeps) as HeatmapView;
  const perPanel = view.x.labels.length * view.y.labels.length;

  test("base stands first, tasks side by side, a row for each model", () => {
    expect(view.panels.map(({ name, note }) => [name, note])).toEqual([
      ["adj: antonym", "own/base"],
      ["anim: can_fly", "own/base"],
      ["adj: antonym", "own/dpo"],
    ]);
    expect(view.columns).toBe(2);
  });

  test("normalised: one minimum and maximum over all panels, in the order of the means", () => {
    const [raw, normalised] = [numbers(view, "rr_diff_target"), numbers(view, "rr_diff_target_normalised")];
    expect(view.metric).toBe("rr_diff_target_normalised");
    expect([Math.min(...there(normalised)), Math.max(...there(normalised))]).toEqual([0, 1]);
    const [least, most] = [Math.min(...there(raw)), Math.max(...there(raw))];
    raw.forEach((value, at) => {
      if (Number.isNaN(value)) expect(normalised[at]).toBeNaN();
      else expect(normalised[at]).toBeCloseTo((value - least) / (most - least), 12);
    });
  });

  test("own scale: each panel from 0 to 1", () => {
    const own = numbers(view, "rr_diff_target_own");
    for (let panel = 0; panel < 3; panel++) {
      const values = there(own.slice(panel * perPanel, (panel + 1) * perPanel));
      expect([Math.min(...values), Math.max(...values)]).toEqual([0, 1]);
    }
  });

  test("not normalised: the means themselves, signed", () => {
    const raw = paperFigure("fig12", sweeps) as HeatmapView;
    expect(raw.metric).toBe("rr_diff_target");
    const mean = sweeps[1].means("rr_diff_target").find(({ layers }) => layers.join() === "0,1")?.mean;
    expect(numbers(raw, "rr_diff_target")[raw.x.labels.length]).toBe(mean);
  });
});

test("models of more layers have maps of their own: panels share their axes, so the deepest are shown", () => {
  const deeper = [4, 5].map((nLayers) => sweepOf(`own/deep${nLayers}`, "antonym", { nLayers }));
  const { panels, x } = paperFigure("fig7", [...sweeps, ...deeper]) as HeatmapView;
  expect([panels.length, x.labels.length]).toEqual([1, 5]);
  expect((paperFigure("fig2", [...sweeps, ...deeper]) as HeatmapView).x.labels).toHaveLength(2);
});

const traces = [1, 2, 3].flatMap((k) => [
  traceOf("own/base", "antonym", k, 1),
  traceOf("own/base", "comparative", k, 2),
  traceOf("own/dpo", "color", k, 1),
  traceOf("own/dpo", "can_fly", k, 2),
]);

describe("head maps", () => {
  test("hold activity, its interval's width and p, from T_inst and its neighbours", () => {
    const view = paperFigure("fig26", traces, { resamples: 200 }) as HeatmapView;
    expect(view.panels.map(({ name }) => name)).toEqual([
      "adj: antonym · T_inst \u2212 1",
      "adj: antonym · T_inst",
      "adj: antonym · T_inst + 1",
    ]);
    expect(view.panels[1].note).toBe('"."');
    expect(view.metrics.map(({ key }) => key)).toEqual(["activity", "interval", "p"]);
    const expected = headActivityAt(traces[0]).mean;
    expect(numbers(view, "activity").slice(6, 12)).toEqual(Array.from(expected));
    const widths = there(numbers(view, "interval"));
    expect(widths.length).toBeGreaterThan(0);
    expect(widths.every((width) => width > 0 && width <= 1)).toBe(true);
  });

  test("a model whose name says no stage stands for the base model, also beside those whose names do", () => {
    const all = [traceOf("lab/own", "antonym", 1), traceOf("lab/own-sft", "antonym", 1, 1)];
    const fig26 = paperItems(all).find(({ name }) => name === "fig26");
    expect([fig26?.missing, fig26?.title]).toEqual([null, "Head activity, base, k = 1: antonym"]);
    expect(paperFigure("fig26", all).model.name).toBe("lab/own");
    // Alone it is not called what nobody said that it is.
    expect(paperItems(all.slice(0, 1)).find(({ name }) => name === "fig26")?.title).toBe(
      "Head activity, k = 1: antonym",
    );
    expect(paperFigure("fig26", all.slice(0, 1)).title).toBe("Head activity, k = 1: antonym");
    expect(paperItems(all.slice(1)).find(({ name }) => name === "fig26")?.missing).toMatch(/stage base/);
  });

  test("of the stages among the models the named one is shown; figure 42 sets can_fly beside color", () => {
    const view = paperFigure("fig46", traces, { resamples: 50 }) as HeatmapView;
    expect(view.model.name).toBe("own/dpo");
    expect(view.panels.map(({ name }) => name)).toEqual(["anim: color · T_inst", "anim: can_fly · T_inst"]);
  });

  test("an instruction of two sentences is shown at the end of the first one too", () => {
    const two = [traceOf("own/dpo", "color", 1), traceOf("own/dpo", "can_fly", 1, 1, 2)];
    const view = paperFigure("fig46", two, { resamples: 50 }) as HeatmapView;
    expect(view.panels.map(({ name, note }) => [name, note])).toEqual([
      ["anim: color · T_inst", '"."'],
      ["anim: can_fly · first sentence", '"."'],
      ["anim: can_fly · T_inst", '" big"'],
    ]);
  });

  test("raw p opens on p", () => {
    expect((paperFigure("fig33", traces, { resamples: 50 }) as HeatmapView).metric).toBe("p");
  });
});

describe("paths by token", () => {
  const [trace] = traces;

  test("figure 4 holds kept paths before all paths, and T_inst stands out", () => {
    const view = paperFigure("fig4", [trace], { resamples: 200 }) as ChartView;
    const places = pathsByToken(trace, { resamples: 200 });
    const points = chartPoints(view);
    expect(points.map(({ value }) => value)).toEqual(places.map(({ kept }) => kept));
    expect(points.map(({ behind }) => behind?.value)).toEqual([10, 8, 6, 4]);
    expect(view.panels[0].emphasis).toEqual([1]);
    expect(view.x.labels).toEqual(["0:Say", "1:.", "2:big", "3::"]);
  });

  test("shares of a panel add up to 1", () => {
    const points = chartPoints(paperFigure("fig22", [trace], { resamples: 200 }) as ChartView);
    expect(points.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBeCloseTo(1, 12);
  });
});

describe("all figures", () => {
  const results = [...sweeps, ...traces];
  const items = paperItems(results).filter(({ kind }) => kind === "figure");

  test("none of the 46 is forgotten; figures that need other results say which", () => {
    expect(items.map(({ name }) => name)).toEqual(Array.from({ length: 46 }, (_, at) => `fig${at + 1}`));
    const missing = (name: string) => items.find((item) => item.name === name)?.missing;
    expect(missing("fig6")).toMatch(/two depths/);
    expect(missing("fig8")).toMatch(/BIG-bench/);
    expect(missing("fig20")).toMatch(/accuracy results/);
    expect(missing("fig27")).toMatch(/stage sft/);
  });

  const made = items.filter(({ missing }) => missing === null);
  test.each(made.map(({ name }) => name))("%s is a view that widgets take, with caption and code", (name) => {
    const view = paperFigure(name, results, { resamples: 20 });
    expect(validateView(view)).toMatchObject({ ok: true });
    expect(view.caption).toMatch(/^Figure \d+\. .*(n = \d+ samples|sha256)/);
    expect(view.code).toContain(`pb.paperFigure("${name}", results)`);
  });

  test("the same results give the same bytes, in a single and a double column", async () => {
    const draw = (name: string, width: "single-column" | "double-column") =>
      figureOf(paperFigure(name, results, { resamples: 20 })).svg({ width });
    for (const name of ["fig2", "fig4", "fig26"]) {
      expect(await draw(name, "double-column")).toBe(await draw(name, "double-column"));
      expect(await draw(name, "single-column")).toContain("<svg");
    }
  });

  test("several models are compared beyond the paper: one model, or models without a shared task, are not", () => {
    const view = paperFigure("compare-sweeps", sweeps) as ChartView;
    expect(view.caption).toMatch(/^Beyond the paper, 1\. .*own\/base.*own\/dpo/);
    expect(validateView(view)).toMatchObject({ ok: true });
    expect(() => paperFigure("compare-sweeps", sweeps.slice(0, 1))).toThrow(/at least two models/);
    expect(() => paperFigure("compare-sweeps", [sweeps[0], sweeps[2]])).toThrow(/a task that all models were asked/);
  });

  test("refuses other names", () => {
    expect(() => paperFigure("fig47", results)).toThrow(/must be one of fig1, fig2/);
  });
});
