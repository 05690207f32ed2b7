/** A run whose work comes in items that follow each other: samples, layers, prompts. Finished items stand in a journal,
 *  so that neither a kill nor a stop loses one. */

import type { Model } from "../forward/types";
import type { Result } from "../result/base";
import type { Making } from "../result/types";
import type { RunStatus } from "../view/types";
import { unitOf } from "../words";
import { checkedSeed } from "./called";
import { type ExperimentOptions, ExperimentRun } from "./experiment-run";
import { contentHash } from "./hash";
import { Journal, type Records } from "./journal";
import { makingOf } from "./making";

/** What a kind of experiment tells of one run. */
export interface ItemJob<Item, R extends Result> {
  /** Beginning of the run's id. */
  prefix: string;
  spec: R["spec"];
  /** What is counted: "samples". */
  unit: string;
  /** Items on disk; `records.count` is how many there are. */
  records: Records<Item>;
  /** What else, beside model and spec, the items depend on; joins the journal's key. */
  how?: unknown;
  warnings?: readonly string[];
  /** Items from number `known` on, in order; returns early, without an error, when the signal is aborted.
   *  `onShare`: how much of the item at work is done, 0 to 1. */
  work(options: { known: number; signal: AbortSignal; onShare(share: number): void }): AsyncIterable<Item>;
  result(state: R["state"], items: readonly Item[], making: Making): R;
}

/** Before this much is done and this many seconds have passed nothing is said about the rest. */
const SETTLED_SHARE = 0.02;
const SETTLED_SECONDS = 1;

export class ItemRun<Item, R extends Result = Result> extends ExperimentRun<R> {
  readonly spec: R["spec"];
  private readonly items: Item[] = [];
  private journal: Journal<Item> | null = null;
  private share = 0;
  private began = performance.now();
  /** Items that this stretch of work did not have to do. */
  private known = 0;

  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(
    model: Model,
    private readonly job: ItemJob<Item, R>,
    private readonly options: ExperimentOptions = {},
  ) {
    super(job.prefix, model);
    checkedSeed(options.seed);
    this.spec = job.spec;
    this.openJournal(options.resume ?? false);
    this.start(options.signal);
  }

  get progress(): RunStatus {
    const { items, known, share } = this;
    const total = this.job.records.count;
    const elapsed = (performance.now() - this.began) / 1000;
    const worked = (items.length - known + share) / (total - known);
    const settled = worked > SETTLED_SHARE && elapsed > SETTLED_SECONDS;
    const secondsLeft = settled ? (elapsed * (1 - worked)) / worked : null;
    return { id: this.id, done: items.length, total, secondsLeft, unit: unitOf(total, this.job.unit) };
  }

  protected result(state: R["state"], started: Date, seconds: number): R {
    const { seed = 0 } = this.options;
    const { warnings = [], spec } = this.job;
    const making = makingOf(this.model, spec, { plan: "planned", seed, started, seconds, warnings });
    return this.job.result(state, this.items.slice(), making);
  }

  protected async work(signal: AbortSignal): Promise<boolean> {
    const total = this.job.records.count;
    if (this.items.length === 0) for (const item of inOrder(this.journal?.finished)) this.items.push(item);
    const known = this.items.length;
    this.known = known;
    this.share = 0;
    this.began = performance.now();
    if (known > 0) this.changed(true);
    const onShare = (share: number) => {
      this.share = share;
      this.changed(false);
    };
    if (known < total)
      for await (const item of this.job.work({ known, signal, onShare })) {
        this.journal?.add(this.items.length, item);
        this.items.push(item);
        this.share = 0;
        this.changed(true);
      }
    return this.items.length === total;
  }

  protected reopen(): void {
    this.openJournal(true);
  }
  protected release(): void {
    this.journal?.close();
  }

  private openJournal(resume: boolean): void {
    const { journal } = this.options;
    if (journal === undefined) return;
    const { fingerprint, provider } = this.model;
    const { device, precision, onnxruntime } = provider;
    const { spec, how, records } = this.job;
    const key = contentHash({ fingerprint, provider: { device, precision, onnxruntime }, spec, how: how ?? null });
    this.journal = Journal.open(journal, { key, records, resume });
  }
}

/** Items 0, 1, ... up to the first that is missing. */
function* inOrder<Item>(finished: ReadonlyMap<number, Item> | undefined): Generator<Item> {
  for (let i = 0; finished?.has(i); i++) yield finished.get(i) as Item;
}
