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
  /** Left out of the call when it is chosen, unless `always` is set. */
  default: unknown;
  always?: boolean;
  /** Of a whole number; null: may be left empty. */
  range?: { least: number; most: number };
}

export interface WorkbenchExperiment {
  kind: string;
  label: string;
  /** What it does, in a sentence. */
  hint: string;
  /** The function of `patchbay` that starts it. */
  call: string;
  /** It asks for tasks in a field of its own, so the panel's task is not its. */
  ownTask?: boolean;
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
        always: true,
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
  {
    kind: "patch-grid",
    label: "Patch grid",
    hint: "Patches one position, or one head, in one layer at a time",
    call: "patchGrid",
    fields: [
      {
        key: "by",
        label: "By",
        hint: "What a column stands for",
        values: [
          ["position", "position"],
          ["head", "head"],
        ],
        default: "position",
      },
      { ...samplesField, default: 10 },
    ],
  },
  {
    kind: "geometry",
    label: "Geometry",
    hint: "Where rephrased instructions of several tasks lie, layer by layer",
    call: "geometry",
    ownTask: true,
    fields: [
      {
        key: "task",
        label: "Tasks",
        hint: "Whose instructions are compared",
        values: [
          ["of the demo models", "demo"],
          ["adjectives", "adjectives"],
          ["animals", "animals"],
          ["all of the paper", "paper"],
        ],
        default: "demo",
        always: true,
      },
      {
        ...samplesField,
        key: "rephrasings",
        label: "Wordings",
        hint: "The first so many wordings of each instruction; empty: all",
        default: 40,
      },
    ],
  },
  {
    kind: "accuracy",
    label: "Accuracy",
    hint: "Lets the model answer, and counts exact answers and answers within the task",
    call: "accuracy",
    fields: [
      {
        key: "match",
        label: "Match",
        hint: "exact: the same text; lenient: case, quotation marks and a full stop do not count",
        values: [
          ["exact", "exact"],
          ["lenient", "lenient"],
        ],
        default: "exact",
      },
      samplesField,
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

/** What is asked about: the task, or the tasks that an experiment names itself. */
export function askedTask({ kind, task, options }: WorkbenchChoice): string {
  const { ownTask, fields } = experimentNamed(kind);
  if (!ownTask) return task;
  const field = fields.find(({ key }) => key === "task");
  return String(options.task ?? field?.default);
}

export const experimentNamed = (kind: string): WorkbenchExperiment =>
  EXPERIMENTS.find((experiment) => experiment.kind === kind) ?? EXPERIMENTS[0];

/** The call's options: the task, and what differs from what the call does by itself. */
export function callOptions({ kind, task, options }: WorkbenchChoice): Record<string, unknown> {
  const { fields, ownTask } = experimentNamed(kind);
  const chosen = fields.flatMap(({ key, default: usual, values, always = values.length === 0 }) => {
    const value = key in options ? options[key] : usual;
    const same = !always && JSON.stringify(value) === JSON.stringify(usual);
    return value === null || same ? [] : [[key, value] as const];
  });
  return { ...(ownTask ? {} : { task }), ...Object.fromEntries(chosen) };
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
