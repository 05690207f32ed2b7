/** One model's calls by name, served one at a time: sessions are not shared between calls, and memory is that of one. */
import { runGreedy } from "./greedy";
import { runPass } from "./pass";
import { StageRunner } from "./stage-runner";
import type { CallName, Calls, Cancel, EngineSpec } from "./types";

type Served = { [N in CallName]: (argument: Parameters<Calls[N]>[0], cancel: Cancel) => ReturnType<Calls[N]> };

export class Engine {
  private readonly stages: StageRunner;
  private readonly served: Served;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(spec: EngineSpec) {
    const stages = new StageRunner(spec);
    this.stages = stages;
    this.served = {
      embed: (ids) => stages.embed(ids),
      block: (call, cancel) => stages.block(call, cancel),
      head: (call, cancel) => stages.head(call, cancel),
      logits: async (x, cancel) => (await stages.logits(x, cancel)).logits,
      pass: (call, cancel) => runPass(call, stages, cancel),
      greedy: (call, cancel) => runGreedy(call, stages, cancel),
      linearHold: async (model) => stages.linear.hold(model),
      linearDrop: async (model) => stages.linear.drop(model),
      linearStep: (call, cancel) => stages.linear.step(call, cancel),
      linearHead: (call, cancel) => stages.linear.head(call, cancel),
      unembedRows: (call) => stages.linear.unembedRows(call),
      product: (call) => stages.linear.product(call),
      productHold: async (right) => stages.linear.holdRight(right),
      productDrop: async (right) => stages.linear.dropRight(right),
    };
  }

  call<N extends CallName>(name: N, argument: Parameters<Calls[N]>[0], cancel: Cancel): ReturnType<Calls[N]> {
    const serve = this.served[name] as Served[N];
    return this.after<unknown>(() => serve(argument, cancel)) as ReturnType<Calls[N]>;
  }

  /** Waits for the calls before it, then frees every session. */
  close(): Promise<void> {
    return this.after(() => this.stages.close());
  }

  private after<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }
}
