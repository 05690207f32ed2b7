/** Views as a notebook would hold them, made of seeded numbers: for what a widget does without a kernel. */
import { createRequire } from "node:module";

const { pack, packTuples, validateView, VIEW_MIME } = createRequire(import.meta.url)("patchbay/view");

/** mulberry32: small, seeded, the same everywhere. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A pair sweep over `layers` layers.
 *  @param share how much of it is computed, row by row from the lowest layer
 *  @param stages one panel for each */
export function heatmap({
  layers = 8,
  n = 41,
  share = 1,
  state = "done",
  stages = ["dpo"],
  id = "stored",
  title = "Patch sweep: capital",
  ...more
} = {}) {
  const shape = [stages.length, layers, layers];
  const cells = stages.length * layers * layers;
  const blank = () => new Float64Array(cells).fill(Number.NaN);
  const metric = (key, label, scale, digits) => {
    const rand = random(layers * 7 + key.length);
    const [mean, low, high] = [blank(), blank(), blank()];
    const [iMean, iLow, iHigh, p, positive] = [blank(), blank(), blank(), blank(), blank()];
    const count = new Int32Array(cells).fill(-1);
    const hatch = new Uint8Array(cells).fill(255);
    const samples = new Float64Array(cells * n).fill(Number.NaN);
    const total = (layers * (layers + 1)) / 2;
    for (let panel = 0; panel < stages.length; panel++) {
      const at = (x, y) => (panel * layers + y) * layers + x;
      let made = 0;
      for (let y = 0; y < layers; y++)
        for (let x = 0; x <= y; x++) {
          const bump = Math.exp(-((x - layers * 0.2) ** 2 + (y - layers * 0.45) ** 2) / (layers * 0.6));
          const value =
            scale *
            (0.72 * bump * (0.4 + 0.3 * panel + 0.3) +
              0.12 * Math.exp(-x / 3) -
              0.1 * (y > layers * 0.8) +
              0.04 * (rand() - 0.5));
          count[at(x, y)] = 0;
          if (made++ >= share * total) continue;
          const spread = scale * (0.03 + 0.04 * rand());
          mean[at(x, y)] = value;
          low[at(x, y)] = value - spread;
          high[at(x, y)] = value + spread;
          count[at(x, y)] = n;
          hatch[at(x, y)] = Math.abs(value) < scale * 0.07 ? 1 : 0;
          for (let s = 0; s < n; s++) samples[at(x, y) * n + s] = value + spread * 3 * (rand() + rand() - 1);
          if (x === y || Number.isNaN(mean[at(x, x)]) || Number.isNaN(mean[at(y, y)])) continue;
        }
      for (let y = 0; y < layers; y++)
        for (let x = 0; x < y; x++) {
          const value = mean[at(x, y)] - mean[at(x, x)] - mean[at(y, y)];
          if (Number.isNaN(value)) continue;
          iMean[at(x, y)] = value;
          iLow[at(x, y)] = value - 0.05 * scale;
          iHigh[at(x, y)] = value + 0.05 * scale;
          p[at(x, y)] = Math.min(1, Math.exp(-(value ** 2) * 80));
          positive[at(x, y)] = Math.round(n * Math.min(1, Math.max(0, 0.5 + value / scale)));
        }
    }
    return {
      key,
      label,
      meaning: "of the answer, patched against query alone",
      zero: "query alone = 0",
      digits: { cell: digits, readout: 2 },
      signed: true,
      mean: pack(mean, shape),
      low: pack(low, shape),
      high: pack(high, shape),
      n: pack(count, shape),
      notSignificant: pack(hatch, shape),
      interaction: {
        mean: pack(iMean, shape),
        low: pack(iLow, shape),
        high: pack(iHigh, shape),
        p: pack(p, shape),
        positive: pack(positive, shape),
      },
      samples: layers <= 16 ? pack(samples, [...shape, n]) : null,
      test: "sign test, Holm, 5 %",
    };
  };
  const labels = Array.from({ length: layers }, (_, i) => String(i));
  const total = (layers * (layers + 1)) / 2;
  const running = state === "loading" || state === "partial";
  const view = {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id,
    state,
    run:
      running || state === "stopped"
        ? { id: "run-1", done: Math.round(share * total), total, secondsLeft: running ? 40 : null, unit: "tuples" }
        : null,
    error: null,
    title,
    model: {
      name: stages.length > 1 ? "demo" : `demo/${stages[0]}`,
      stage: stages.length > 1 ? null : stages[0],
      fingerprint: "sha256:0",
    },
    device: "cpu · fp32",
    warnings: [],
    code: 'const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2] });',
    caption: "Caption",
    hashes: { spec: "0", result: "0" },
    layout: "pairs",
    x: { title: "earlier layer patched", labels, field: "layer" },
    y: { title: "later layer patched", labels, field: "layer" },
    panels: stages.map((stage) => ({
      name: { base: "base", sft: "SFT", dpo: "DPO" }[stage],
      stage,
      note: "alone 0.06 · instructed 1.00",
    })),
    n,
    metrics: [metric("rr_diff_target", "Δ reciprocal rank", 1, 2), metric("logit_diff_target", "Δ logit", 6, 1)],
    metric: "rr_diff_target",
    sampleLabels: Array.from({ length: n }, (_, i) => `country ${i + 1}`),
    ...more,
  };
  const checked = validateView(view);
  if (!checked.ok) throw new Error(checked.message);
  return view;
}

/** One metric over any grid: `value(x, y)` with an interval, hatched near zero, and samples around it. */
function gridMetric(nx, ny, n, value) {
  const shape = [1, ny, nx];
  const rand = random(nx * 31 + ny);
  const cells = Array.from({ length: nx * ny }, (_, at) => value(at % nx, Math.floor(at / nx)));
  const samples = cells.flatMap((mean) => Array.from({ length: n }, () => mean + 0.2 * (rand() + rand() - 1)));
  return {
    key: "rr_diff",
    label: "Δ reciprocal rank",
    meaning: "of the answer, patched against unpatched",
    zero: "unpatched = 0",
    digits: { cell: 2, readout: 2 },
    signed: true,
    mean: pack(Float64Array.from(cells), shape),
    low: pack(
      Float64Array.from(cells, (mean) => mean - 0.06),
      shape,
    ),
    high: pack(
      Float64Array.from(cells, (mean) => mean + 0.06),
      shape,
    ),
    n: pack(
      Int32Array.from(cells, (mean) => (Number.isNaN(mean) ? -1 : n)),
      shape,
    ),
    notSignificant: pack(
      Uint8Array.from(cells, (mean) => (Number.isNaN(mean) ? 255 : Math.abs(mean) < 0.06 ? 1 : 0)),
      shape,
    ),
    interaction: null,
    samples: pack(Float64Array.from(samples), [...shape, n]),
    test: "sign test, Holm, 5 %",
  };
}

const layerLabels = (count) => Array.from({ length: count }, (_, layer) => String(layer));

/** Layers over the tokens of a prompt, as patching one position of one layer at a time gives them. */
export function positions({ layers = 8, tokens = TOKENS, n = 12, ...more } = {}) {
  const last = tokens.length - 1;
  const value = (x, y) =>
    0.8 * Math.exp(-((x - last) ** 2) / 4 - (y - layers) ** 2 / layers) -
    0.4 * Math.exp(-((x - 4) ** 2) / 2 - (y - 1) ** 2 / 3);
  const metric = gridMetric(tokens.length, layers, n, value);
  return heatmap({
    layers: 1,
    n,
    id: "positions",
    title: "Patch position x layer: capital",
    layout: "grid",
    x: {
      title: "position patched",
      labels: tokens,
      keys: tokens.map((_, at) => String(at - tokens.length)),
      field: "position",
    },
    y: { title: "layer patched", labels: layerLabels(layers), field: "layer" },
    metrics: [metric],
    metric: metric.key,
    sampleLabels: Array.from({ length: n }, (_, i) => `country ${i + 1}`),
    ...more,
  });
}
const TOKENS = [
  "<s>",
  "What",
  " is",
  " the",
  " capital",
  " of",
  " France",
  "?",
  " The",
  " capital",
  " is",
  " the",
  " city",
];

/** Heads over layers. */
export function heads({ layers = 8, count = 12, n = 12, ...more } = {}) {
  const metric = gridMetric(count, layers, n, (x, y) =>
    (x + y * 3) % 7 === 0 ? 0.5 - 0.05 * x : 0.04 * Math.sin(x * y),
  );
  return heatmap({
    layers: 1,
    n,
    id: "heads",
    title: "Patch head x layer: capital",
    layout: "grid",
    x: { title: "head patched", labels: layerLabels(count), field: "head" },
    y: { title: "layer patched", labels: layerLabels(layers), field: "layer" },
    metrics: [metric],
    metric: metric.key,
    sampleLabels: Array.from({ length: n }, (_, i) => `country ${i + 1}`),
    ...more,
  });
}

/** Pairs of layers, and the same with each third layer patched along. */
export function slices({ layers = 8, ...more } = {}) {
  const base = heatmap({ layers, id: "slices", title: "Patch sweep: capital, three layers", ...more });
  const tuples = [];
  for (let a = 0; a < layers; a++)
    for (let b = a; b < layers; b++)
      for (let c = b; c < layers; c++) if (a !== b || b === c) tuples.push([...new Set([a, b, c])]);
  const metric = gridMetric(tuples.length, 1, base.n, (at) => {
    const [a, b = a, c = b] = tuples[at];
    return 0.9 * Math.exp(-((a - 1) ** 2 + (b - c) ** 2) / 9);
  });
  const flat = (packed) => ({ ...packed, shape: [1, ...packed.shape.slice(2)] });
  const { mean, low, high, n, notSignificant } = metric;
  const metrics = [
    {
      ...metric,
      key: "rr_diff_target",
      ...{ mean: flat(mean), low: flat(low), high: flat(high), n: flat(n), notSignificant: flat(notSignificant) },
      samples: null,
    },
  ];
  const held = [null, ...layerLabels(layers)];
  const view = { ...base, slices: { shown: 0, held, tuples: packTuples(tuples), metrics } };
  const checked = validateView(view);
  if (!checked.ok) throw new Error(checked.message);
  return view;
}

/** A red square of one pixel: what a host without the extension shows. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** A notebook of one code cell for each view, as saved after a run; its kernel does not exist. */
export function notebook(views) {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "no-such-kernel", display_name: "No such kernel", language: "typescript" } },
    cells: views.map((view, at) => ({
      id: `cell-${at}`,
      cell_type: "code",
      metadata: {},
      execution_count: at + 1,
      source: "pb.show(run)",
      outputs: [
        {
          output_type: "display_data",
          metadata: {},
          data: { [VIEW_MIME]: view, "image/png": PNG, "text/plain": "Patch sweep" },
        },
      ],
    })),
  };
}
