/** Goes from layer to layer by itself, once through. */

const STEP_MS = 900;

export class Player {
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly acts: {
      /** Layers that are drawn, ascending. */
      layers(): readonly number[];
      layer(): number;
      show(layer: number): void;
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
    const [first] = acts.layers();
    if (first !== undefined && acts.layer() === acts.layers().at(-1)) acts.show(first);
    const next = () => {
      const layers = acts.layers();
      const layer = layers[layers.indexOf(acts.layer()) + 1];
      this.timer = layer === undefined ? null : setTimeout(next, STEP_MS);
      if (layer !== undefined) acts.show(layer);
    };
    this.timer = setTimeout(next, STEP_MS);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
