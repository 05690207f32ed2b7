/** The experiments that the workbench panel offers, with their choices, as data. A new one is a row of EXPERIMENTS,
 *  beside one of what the kernel is asked about its cost. Pure: panel and kernel share it. */

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
  /** The field in which it asks for tasks itself; the panel's task is not its then. */
  ownTask?: string;
  /** The call takes task and samples as a prompt, `call(model, { task, n }, options)`. */
  prompts?: boolean;
  fields: readonly Field[];
}

const siteField: Field = {
  key: "site",
  label: "Site",
  hint: "Which activations: the residual stream, or what attention or the MLP adds to it",
  values: [
    ["resid_post", "resid_post"],
    ["attn_out", "attn_out"],
    ["mlp_out", "mlp_out"],
  ],
  default: "resid_post",
};

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
      siteField,
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
    kind: "steer",
    label: "Steering",
    hint: "Adds multiples of the instruction's vector, layer by layer, where the instruction would stand",
    call: "steer",
    fields: [
      {
        key: "coefficients",
        label: "Times",
        hint: "What the vector is multiplied by; 1 is the paper's patch",
        values: [
          ["0, ½, 1, 1½, 2, 4", [0, 0.5, 1, 1.5, 2, 4]],
          ["0, 1, 2", [0, 1, 2]],
          ["−2, −1, 0, 1, 2", [-2, -1, 0, 1, 2]],
        ],
        default: [0, 0.5, 1, 1.5, 2, 4],
      },
      {
        key: "wordings",
        label: "Vector",
        hint: "Of the task's own wording, or the mean over its rephrasings",
        values: [
          ["instruction", "instruction"],
          ["mean of rephrasings", "rephrasings"],
        ],
        default: "instruction",
      },
      siteField,
      { ...samplesField, default: 10 },
    ],
  },
  {
    kind: "cross-task",
    label: "Cross-task patching",
    hint: "Puts each task's instruction vector into each task's queries: whose answer follows?",
    call: "crossTask",
    ownTask: "tasks",
    fields: [
      {
        key: "tasks",
        label: "Tasks",
        hint: "Each is a source and a target",
        values: [
          ["about countries", ["capital", "language", "continent"]],
          ["about animals", ["color", "can_fly", "category", "habitat"]],
          ["about adjectives", ["antonym", "comparative", "superlative", "noun"]],
          ["adjectives of the paper", ["adjectives.antonym", "adjectives.comparative"]],
          ["animals of the paper", ["animals.color", "animals.can_fly"]],
        ],
        default: ["capital", "language", "continent"],
        always: true,
      },
      {
        key: "into",
        label: "Into",
        hint: "The query alone, as in the paper's patch; or the end of the other task's own instruction",
        values: [
          ["the query", "query"],
          ["the instruction", "instruction"],
        ],
        default: "query",
      },
      siteField,
      { ...samplesField, default: 10 },
    ],
  },
  {
    kind: "logit-lens",
    label: "Logit lens",
    hint: "Reads each layer and position as if it were the last: the answer's rank, and the token that comes first",
    call: "logitLens",
    prompts: true,
    fields: [
      {
        ...siteField,
        values: [["resid_pre", "resid_pre"], ...siteField.values],
      },
      {
        key: "positions",
        label: "Positions",
        hint: "Every token of instruction and query, or the last, where the answer is given",
        values: [
          ["all", "all"],
          ["last", [-1]],
        ],
        default: "all",
      },
      { ...samplesField, default: 1 },
    ],
  },
  {
    kind: "geometry",
    label: "Geometry",
    hint: "Where rephrased instructions of several tasks lie, layer by layer",
    call: "geometry",
    ownTask: "task",
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

export const experimentNamed = (kind: string): WorkbenchExperiment =>
  EXPERIMENTS.find((experiment) => experiment.kind === kind) ?? EXPERIMENTS[0];
