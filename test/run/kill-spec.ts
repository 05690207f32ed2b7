/** The sweep of the kill test: fifty samples, three passes. */
export const killSpec = (model: string) => ({
  schema: "patchbay.spec/1",
  kind: "patch-sweep",
  model,
  samples: Array.from({ length: 50 }, (_, i) => ({
    source: [1, 20 + i, 30, 31],
    target: [1, 40, 50 + i, 41],
    answer: 60 + (i % 40),
    reference: [1, 20 + i, 30, 31, 40, 50 + i, 41],
  })),
  tuples: { sizes: [1, 2] },
});
