/** An engine on the caller's own thread: nothing to start and nothing copied, but the event loop stands still while a
 *  stage computes. For short-lived programs and tests. */
import { Engine } from "./engine";
import type { CallName, Calls, Cancel, EngineSpec, Host } from "./types";

export function inlineHost(spec: EngineSpec): Host {
  const engine = new Engine(spec);
  return {
    call<N extends CallName>(name: N, argument: Parameters<Calls[N]>[0], signal?: AbortSignal) {
      // An AbortSignal is a Cancel already.
      const cancel: Cancel = signal ?? { aborted: false };
      return engine.call(name, argument, cancel);
    },
    close: () => engine.close(),
  };
}
