/** What cross-task patching is asked. */
import type { EditSite } from "./edited-rows";

export interface CrossQuery {
  /** The run that is patched. */
  prompt: readonly number[];
  /** The patched position, from the front. */
  position: number;
  /** First token of this task's answer. */
  answer: number;
  /** Queries of two tasks are the same where their labels are. */
  label: string;
}

export interface CrossTask {
  name: string;
  /** Its last token's rows are what is patched into the others' queries. */
  instruction: readonly number[];
  queries: readonly CrossQuery[];
}

/** `patchbay.spec/1`, kind `cross-task`, resolved. */
export interface CrossTaskSpec {
  schema: "patchbay.spec/1";
  kind: "cross-task";
  model: string;
  site: EditSite;
  /** Patched together. */
  layers: readonly number[];
  /** Rows are sources, columns targets. */
  tasks: readonly CrossTask[];
  /** `instruction`: into the target task's own instruction. `query`: into the filler before its query. For titles. */
  into?: "instruction" | "query";
}
