/** Two timers for a compiler that sets two. TypeScript's watcher sets one timer for a new program and another for imports
 *  that it could not find before; tslab keeps room for one, and throws at the second: after a failed import, `npm install`
 *  beside a running notebook would end every later cell. The second kind gets a real timer here. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Tslab } from "./tslab";

type SetTimer = (callback: () => void, milliseconds?: number) => unknown;
type ClearTimer = (timer: unknown) => void;

/** TypeScript's name for what it does about imports that may be found now. */
const LATER = "invalidateResolutionsOfFailedLookup";

/** Lets the compilers that `tslab` makes from now on set both timers. tslab builds its host with `Object.create(ts.sys)` and
 *  assigns its own timers to it, so accessors on `ts.sys` see them come. */
export function withBothTimers(tslab: Tslab): void {
  const { sys } = createRequire(join(tslab.folder, "main.js"))("@tslab/typescript-for-tslab") as { sys: object };
  const real = new Set<unknown>();
  const replace = (name: "setTimeout" | "clearTimeout", own: unknown, around: (given: never) => unknown): void => {
    Object.defineProperty(sys, name, {
      configurable: true,
      get: () => own,
      set(this: object, given: never) {
        Object.defineProperty(this, name, { value: around(given), writable: true, configurable: true });
      },
    });
  };
  replace("setTimeout", setTimeout, (given: SetTimer): SetTimer => {
    return (callback, milliseconds) => {
      if (callback.name !== LATER) return given(callback, milliseconds);
      const timer = setTimeout(() => {
        real.delete(timer);
        callback();
      }, milliseconds).unref();
      real.add(timer);
      return timer;
    };
  });
  replace("clearTimeout", clearTimeout, (given: ClearTimer): ClearTimer => {
    return (timer) => (real.delete(timer) ? clearTimeout(timer as NodeJS.Timeout) : given(timer));
  });
}
