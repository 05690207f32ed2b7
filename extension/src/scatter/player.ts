/** Goes from layer to layer by itself, once through. Undo takes the whole way back. */
import { drag, type Gesture } from "../shell/gesture";

const STEP_MS = 900;

export class Player {
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly acts: {
      /** Layers that are drawn, ascending. */
      layers(): readonly number[];
      layer(): number;
      show(layer: number, gesture: Gesture): void;
    },
  ) {}

  get playing(): boolean {
    return this.timer !== null;
  }

  /** From the present layer upward, or from the first one after the last; again: stops. */
  toggle(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    const { acts } = this;
    const gesture = drag("play");
    const [first] = acts.layers();
    if (first !== undefined && acts.layer() === acts.layers().at(-1)) acts.show(first, gesture);
    const next = () => {
      const layers = acts.layers();
      const layer = layers[layers.indexOf(acts.layer()) + 1];
      this.timer = layer === undefined ? null : setTimeout(next, STEP_MS);
      if (layer !== undefined) acts.show(layer, gesture);
    };
    this.timer = setTimeout(next, STEP_MS);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
