/** Limited-memory BFGS for a smooth convex function (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms
 *  7.4 and 3.5), with a first guess of the inverse Hessian that the caller knows. */

export interface Minimum {
  point: Float64Array;
  iterations: number;
  /** The largest component of the gradient is at most the tolerance. */
  converged: boolean;
}

export interface MinimiseOptions {
  /** Largest component of the gradient at the end. */
  tolerance: number;
  maxIterations: number;
  /** Replaces a vector by its product with the inverse Hessian's first guess, symmetric and positive. */
  conditionInto: (v: Float64Array) => void;
}

/** Pairs of steps and gradient changes that are remembered. */
const MEMORY = 12;
const ARMIJO = 1e-4;
/** Halvings of a step before the point counts as the best that doubles can tell. */
const MAX_HALVINGS = 40;

/** @param f writes the gradient at its first argument into the second and returns the value
 *  @example minimise(f, new Float64Array(3), { tolerance: 1e-8, maxIterations: 500, conditionInto: () => {} }) */
export function minimise(
  f: (point: Float64Array, gradientInto: Float64Array) => number,
  start: Float64Array,
  { tolerance, maxIterations, conditionInto }: MinimiseOptions,
): Minimum {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = f(point, gradient);
  const conditioned = (v: Float64Array): Float64Array => {
    const out = v.slice();
    conditionInto(out);
    return out;
  };
  let eased = conditioned(gradient);
  const pairs: Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    if (largest(gradient) <= tolerance) return { point, iterations, converged: true };
    if (iterations === maxIterations) return { point, iterations, converged: false };
    const direction = descent(gradient, eased, pairs);
    const slope = dot(direction, gradient);
    const nextGradient = new Float64Array(point.length);
    const from = { point, value };
    let next: Float64Array | null = null;
    for (let halving = 0, step = 1; halving < MAX_HALVINGS; halving++, step /= 2) {
      const tried = from.point.map((x, i) => x + step * direction[i]);
      const found = f(tried, nextGradient);
      if (found > from.value + ARMIJO * step * slope || !Number.isFinite(found)) continue;
      next = tried;
      value = found;
      break;
    }
    if (next === null) return { point, iterations, converged: false };
    const moved = next.map((x, i) => x - from.point[i]);
    const change = nextGradient.map((g, i) => g - gradient[i]);
    const curvature = dot(moved, change);
    const nextEased = conditioned(nextGradient);
    const easedChange = nextEased.map((g, i) => g - eased[i]);
    // Of a convex function it is positive but for rounding.
    if (curvature > Number.EPSILON * dot(change, change)) pairs.push({ moved, change, easedChange, curvature });
    if (pairs.length > MEMORY) pairs.shift();
    point = next;
    gradient = nextGradient;
    eased = nextEased;
  }
}

interface Pair {
  moved: Float64Array;
  change: Float64Array;
  /** The change times the first guess, which is linear: so a step takes one product with it. */
  easedChange: Float64Array;
  curvature: number;
}

/** -H g by the two loops over the remembered pairs; `eased` is the gradient times the first guess. */
function descent(gradient: Float64Array, eased: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const step = eased.map((g) => -g);
  const weights = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    weights[i] = dot(pairs[i].moved, q) / pairs[i].curvature;
    addInto(q, pairs[i].change, -weights[i]);
    addInto(step, pairs[i].easedChange, -weights[i]);
  }
  const last = pairs.at(-1);
  const sized = last === undefined ? 1 : last.curvature / dot(last.change, last.easedChange);
  for (let j = 0; j < step.length; j++) step[j] *= sized;
  for (const [i, { moved, change, curvature }] of pairs.entries()) {
    addInto(step, moved, weights[i] - dot(change, step) / curvature);
  }
  return step;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addInto(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] += times * what[i];
}

function largest(v: Float64Array): number {
  let most = 0;
  for (let i = 0; i < v.length; i++) most = Math.max(most, Math.abs(v[i]));
  return most;
}
