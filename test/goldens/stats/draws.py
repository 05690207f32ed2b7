"""Makes scipy.stats.bootstrap draw the resamples that Patchbay draws: xoshiro128** seeded by splitmix32, written
from the published reference, in place of SciPy's own whole numbers."""

import functools

import numpy as np
from scipy import stats
from scipy.stats import _resampling

M32 = 0xFFFFFFFF


class Xoshiro:
    def __init__(self, seed):
        state = seed & M32
        self.s = []
        for _ in range(4):
            state = (state + 0x9E3779B9) & M32
            z = ((state ^ (state >> 16)) * 0x21F0AAAD) & M32
            z = ((z ^ (z >> 15)) * 0x735A2D97) & M32
            self.s.append(z ^ (z >> 15))

    @staticmethod
    def rotl(x, k):
        return ((x << k) | (x >> (32 - k))) & M32

    def next(self):
        s = self.s
        out = (self.rotl((s[1] * 5) & M32, 7) * 9) & M32
        t = (s[1] << 9) & M32
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = self.rotl(s[3], 11)
        return out

    def below(self, n):
        refuse = (1 << 32) % n
        while True:
            product = self.next() * n
            if product & M32 >= refuse:
                return product >> 32


@functools.cache
def indices(seed, n, count):
    draws = Xoshiro(seed)
    return np.array([draws.below(n) for _ in range(count)])


def our_integers(gen, low, high, size):
    return low + indices(gen.patchbay_seed, high - low, size[0] * size[1]).reshape(size)


_resampling.rng_integers = our_integers


class SeededGenerator(np.random.Generator):
    """What scipy.stats.bootstrap accepts as a generator, carrying our seed."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(0))
        self.patchbay_seed = seed


def bootstrap(values, seed, method, resamples, level):
    # Differences of 1/1 .. 1/8 are whole after times 840, and whole sums tie exactly; as fractions, resamples
    # with the observed mean would fall on either side of it by rounding.
    whole = np.round(values * 840)
    scale = 840 if np.allclose(whole, values * 840, rtol=0, atol=1e-9) else 1
    result = stats.bootstrap(
        (whole if scale == 840 else values,),
        np.mean,
        n_resamples=resamples,
        method=method,
        confidence_level=level,
        rng=SeededGenerator(seed),
        vectorized=True,
    )
    return [float(result.confidence_interval.low) / scale, float(result.confidence_interval.high) / scale]
