import { defineConfig } from "vitest/config";

/** Unit and integration tests. `test/run.mjs` runs these, then the notebooks and the browser. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/browser/**", "test/kernel/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
