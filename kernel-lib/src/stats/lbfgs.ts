/** Limited-memory BFGS for a smooth convex function (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms
 *  7.4 and 3.5), with a first guess of the inverse Hessian that the caller knows. */

/** A vector, and what inner products take of it: <a, b> = a.own . b.image. In the usual space both are one array; where
 *  vectors are sums of samples, `own` are the coefficients and `image` their products with the samples' Gram matrix. */
export interface Element {
  own: Float64Array;
  image: Float64Array;
}

export interface Minimum {
  point: Element;
  iterations: number;
  /** The gradient is flat. */
  converged: boolean;
}

export interface MinimiseOptions {
  maxIterations: number;
  /** The gradient (its own coefficients) times the inverse Hessian's first guess, which is symmetric and positive. */
  ease: (gradient: Float64Array) => Element;
  /** Whether the point is good enough. */
  isFlat: (gradient: Float64Array, eased: Element) => boolean;
}

/** Pairs of steps and gradient changes that are remembered. */
const MEMORY = 12;
const ARMIJO = 1e-4;
/** Halvings of a step before the point counts as the best that doubles can tell. */
const MAX_HALVINGS = 40;

/** @param f writes the gradient at its first argument into the second and returns the value
 *  @example minimise(f, usual(new Float64Array(3)), { ease: (g) => usual(g.slice()), isFlat, maxIterations: 500 }) */
export function minimise(
  f: (point: Element, gradientInto: Float64Array) => number,
  start: Element,
  { maxIterations, ease, isFlat }: MinimiseOptions,
): Minimum {
  let point = combined(start, start, 0);
  let gradient: Float64Array = new Float64Array(start.own.length);
  let value = f(point, gradient);
  let eased = ease(gradient);
  const pairs: Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    if (isFlat(gradient, eased)) return { point, iterations, converged: true };
    if (iterations === maxIterations) return { point, iterations, converged: false };
    const direction = descent(gradient, eased, pairs);
    const slope = dot(direction.image, gradient);
    const nextGradient = new Float64Array(gradient.length);
    let next: { point: Element; value: number; step: number } | null = null;
    for (let halving = 0, step = 1; halving < MAX_HALVINGS && next === null; halving++, step /= 2) {
      const tried = combined(point, direction, step);
      const found = f(tried, nextGradient);
      if (found <= value + ARMIJO * step * slope) next = { point: tried, value: found, step };
    }
    if (next === null) return { point, iterations, converged: false };
    const moved = times(direction, next.step);
    const change = nextGradient.map((g, i) => g - gradient[i]);
    const nextEased = ease(nextGradient);
    const easedChange = combined(nextEased, eased, -1);
    const curvature = dot(moved.image, change);
    // Of a convex function it is positive but for rounding.
    if (curvature > Number.EPSILON * dot(easedChange.image, change))
      pairs.push({ moved, change, easedChange, curvature });
    if (pairs.length > MEMORY) pairs.shift();
    ({ point, value } = next);
    gradient = nextGradient;
    eased = nextEased;
  }
}

/** A vector of the usual space. */
export const usual = (v: Float64Array): Element => ({ own: v, image: v });

interface Pair {
  moved: Element;
  change: Float64Array;
  /** The change times the first guess, which is linear: so a step takes one product with it. */
  easedChange: Element;
  curvature: number;
}

/** -H g by the two loops over the remembered pairs; `eased` is the gradient times the first guess. */
function descent(gradient: Float64Array, eased: Element, pairs: readonly Pair[]): Element {
  const q = gradient.map((g) => -g);
  const step = times(eased, -1);
  const weights = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { moved, change, easedChange, curvature } = pairs[i];
    weights[i] = dot(moved.image, q) / curvature;
    addInto(q, change, -weights[i]);
    addElementInto(step, easedChange, -weights[i]);
  }
  const last = pairs.at(-1);
  const sized = last === undefined ? step : times(step, last.curvature / dot(last.change, last.easedChange.image));
  for (const [i, { moved, change, curvature }] of pairs.entries())
    addElementInto(sized, moved, weights[i] - dot(change, sized.image) / curvature);
  return sized;
}

/** a + t b */
function combined(a: Element, b: Element, t: number): Element {
  const own = a.own.map((v, i) => v + t * b.own[i]);
  return { own, image: a.image === a.own ? own : a.image.map((v, i) => v + t * b.image[i]) };
}

function times({ own, image }: Element, t: number): Element {
  const out = own.map((v) => t * v);
  return { own: out, image: image === own ? out : image.map((v) => t * v) };
}

function addElementInto(to: Element, what: Element, t: number): void {
  addInto(to.own, what.own, t);
  if (to.image !== to.own) addInto(to.image, what.image, t);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addInto(to: Float64Array, what: Float64Array, t: number): void {
  for (let i = 0; i < to.length; i++) to[i] += t * what[i];
}
