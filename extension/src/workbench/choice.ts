/** What is chosen in the workbench, and how a choice of another experiment or model changes it. Pure. */
import { askedTask, EXPERIMENTS, experimentNamed, type Field, type WorkbenchChoice } from "patchbay/view";

export const firstChoice = (device: string): WorkbenchChoice => ({
  model: "demo/dpo",
  device,
  task: "capital",
  kind: EXPERIMENTS[0].kind,
  options: defaultsOf(EXPERIMENTS[0].kind),
});

export const defaultsOf = (kind: string): Record<string, unknown> =>
  Object.fromEntries(experimentNamed(kind).fields.map(({ key, default: usual }) => [key, usual]));

/** Another experiment keeps what both ask in the same way. */
export function withKind(choice: WorkbenchChoice, kind: string): WorkbenchChoice {
  const kept = experimentNamed(kind).fields.flatMap((field) => {
    const value = choice.options[field.key];
    return fits(field, value) ? [[field.key, value] as const] : [];
  });
  return { ...choice, kind, options: { ...defaultsOf(kind), ...Object.fromEntries(kept) } };
}

export const withOption = (choice: WorkbenchChoice, key: string, value: unknown): WorkbenchChoice => ({
  ...choice,
  options: { ...choice.options, [key]: value },
});

/** The number in a field, null when it is empty; undefined for what is no such number. */
export function numberIn(field: Field, text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text);
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = field.range ?? {};
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function fits(field: Field, value: unknown): boolean {
  // A number of samples means something else for each experiment: what is quick for one is slow for another.
  return field.values.some(([, each]) => JSON.stringify(each) === JSON.stringify(value));
}

/** "capital, patch sweep", for the list of runs. */
export const runName = (choice: WorkbenchChoice): { name: string; model: string } => ({
  name: `${askedTask(choice)}, ${experimentNamed(choice.kind).label.toLowerCase()}`,
  model: choice.model,
});
