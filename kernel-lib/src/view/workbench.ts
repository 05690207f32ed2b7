/** What the workbench panel offers, as data: experiments with their choices, the cell that each becomes, and what the
 *  kernel is asked about its cost. A new experiment is a row of EXPERIMENTS. Pure: panel and kernel share it. */

/** One choice of an experiment; its values are what the call in the cell takes. */
export interface Field {
  key: string;
  label: string;
  /** What it does, for those who hover or listen. */
  hint: string;
  /** `[written in the panel, JSON value]`; with none of them, a whole number is asked for. */
  values: readonly (readonly [label: string, value: unknown])[];
  /** Left out of the call when it is chosen. */
  default: unknown;
  /** Of a whole number; null: may be left empty. */
  range?: { least: number; most: number };
}

export interface WorkbenchExperiment {
  kind: string;
  label: string;
  /** "all pairs of layers", from what is chosen; for the list of runs. */
  hint: string;
  /** The function of `patchbay` that starts it. */
  call: string;
  fields: readonly Field[];
}

const samplesField: Field = {
  key: "n",
  label: "Samples",
  hint: "The first so many queries of the task; empty: all",
  values: [],
  default: null,
  range: { least: 1, most: 100_000 },
};

export const EXPERIMENTS: readonly WorkbenchExperiment[] = [
  {
    kind: "patch-sweep",
    label: "Patch sweep",
    hint: "Copies the instruction into the query, layer by layer, and reads the answer",
    call: "patchSweep",
    fields: [
      {
        key: "sizes",
        label: "Layers",
        hint: "How many layers are patched together",
        values: [
          ["1", [1]],
          ["1–2", [1, 2]],
          ["1–3", [1, 2, 3]],
        ],
        default: [1, 2],
      },
      {
        key: "site",
        label: "Site",
        hint: "What is copied: the residual stream, or what attention or the MLP adds to it",
        values: [
          ["resid_post", "resid_post"],
          ["attn_out", "attn_out"],
          ["mlp_out", "mlp_out"],
        ],
        default: "resid_post",
      },
      {
        key: "protocol",
        label: "Protocol",
        hint: "As the paper says it, or as its released code does it",
        values: [
          ["paper", "paper"],
          ["released code", "released-code"],
        ],
        default: "paper",
      },
      samplesField,
    ],
  },
  {
    kind: "path-trace",
    label: "Path trace",
    hint: "Follows the hops of attention from the prompt to the answer",
    call: "pathTrace",
    fields: [
      {
        key: "sources",
        label: "From",
        hint: "Tokens that paths start from",
        values: [
          ["all tokens", "all"],
          ["instruction's end", "instruction-end"],
        ],
        default: "all",
      },
      {
        key: "topK",
        label: "Top k",
        hint: "Attended positions of each head that count as hops",
        values: [
          ["1", 1],
          ["2", 2],
          ["3", 3],
        ],
        default: 1,
      },
      {
        key: "maxRank",
        label: "Rank",
        hint: "Paths are kept when they rank the answer at most so",
        values: [
          ["≤ 10", 10],
          ["≤ 30", 30],
          ["≤ 100", 100],
        ],
        default: 100,
      },
      { ...samplesField, default: 3 },
    ],
  },
];

/** What is chosen in the panel. */
export interface WorkbenchChoice {
  model: string;
  device: string;
  task: string;
  kind: string;
  /** By key of the experiment's fields. */
  options: Readonly<Record<string, unknown>>;
}

export const experimentNamed = (kind: string): WorkbenchExperiment =>
  EXPERIMENTS.find((experiment) => experiment.kind === kind) ?? EXPERIMENTS[0];

/** The call's options: the task, and what differs from what the call does by itself. */
export function callOptions({ kind, task, options }: WorkbenchChoice): Record<string, unknown> {
  const chosen = experimentNamed(kind).fields.flatMap(({ key, default: usual, values }) => {
    const value = options[key] ?? usual;
    // A number that is asked for has no default in the call, so it is always written.
    const same = values.length > 0 && JSON.stringify(value) === JSON.stringify(usual) && key !== "sizes";
    return value === null || same ? [] : [[key, value] as const];
  });
  return { task, ...Object.fromEntries(chosen) };
}

/** The cell that does what is chosen.
 *  @param has what cells above have done already: the import, and which model `model` is
 *  @example workbenchCode(choice, { patchbay: true, model: null }) */
export function workbenchCode(
  choice: WorkbenchChoice,
  has: { patchbay: boolean; model: { name: string; device: string } | null },
): string {
  const { call } = experimentNamed(choice.kind);
  const known = has.patchbay && has.model?.name === choice.model && has.model.device === choice.device;
  return [
    "// inserted by the Patchbay panel",
    ...(has.patchbay ? [] : ['import * as pb from "patchbay";']),
    ...(known ? [] : [loadLine(choice.model, choice.device)]),
    `const run = pb.${call}(model, ${literal(callOptions(choice))});`,
    "pb.show(run);",
    "const result = await run;",
  ].join("\n");
}

/** `const model = await pb.load("demo/dpo");` */
export const loadLine = (model: string, device: string): string =>
  `const model = await pb.load(${JSON.stringify(model)}${device === "auto" ? "" : `, { device: ${JSON.stringify(device)} }`});`;

/** JSON as one writes it in TypeScript: bare keys, spaces inside braces. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`);
  return `{ ${fields.join(", ")} }`;
}
