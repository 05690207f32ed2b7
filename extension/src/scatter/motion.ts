/** Moves from one layout to the next: points, means, ellipses and axes by identity, in the time that the style says. */
import { mixLayouts, type ScatterLayout } from "patchbay/view";
import { reducedMotion } from "../settings/preferences";

export class Motion {
  private frame = 0;
  private from: ScatterLayout | null = null;
  private to: ScatterLayout | null = null;
  /** What is to be seen now. */
  shown: ScatterLayout | null = null;

  constructor(private readonly moved: () => void) {}

  /** Shows `to`, at once or on the way there from what is seen now. */
  go(to: ScatterLayout, how: "at-once" | "moving", root: Element): void {
    if (to === this.to) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.from = this.shown;
    this.to = to;
    const ms = how === "moving" && this.from?.ready && to.ready ? layerMs(root) : 0;
    if (ms === 0) {
      this.shown = to;
      return;
    }
    const start = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, (now - start) / ms);
      this.frame = t < 1 ? requestAnimationFrame(step) : 0;
      this.shown = mixLayouts(this.from as ScatterLayout, to, eased(t));
      this.moved();
    };
    // The first frame is where we are: nothing jumps.
    this.shown = mixLayouts(this.from as ScatterLayout, to, 0);
    this.frame = requestAnimationFrame(step);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }
}

/** `--pb-layer`, or nothing for those who do not want motion. */
function layerMs(root: Element): number {
  if (reducedMotion()) return 0;
  return Number.parseFloat(getComputedStyle(root).getPropertyValue("--pb-layer")) || 0;
}

/** cubic-bezier(0.2, 0, 0, 1): x(s) = 3 s (1 - s)^2 0.2 + s^3, y(s) = 3 s^2 (1 - s) + s^3; s found by halving. */
export function eased(t: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 30; i++) {
    const s = (low + high) / 2;
    if (0.6 * s * (1 - s) ** 2 + s ** 3 < t) low = s;
    else high = s;
  }
  const s = (low + high) / 2;
  return 3 * s * s * (1 - s) + s ** 3;
}
