import { defineConfig } from "vitest/config";

// Both packages are imported from their sources, in the tests and, by NODE_OPTIONS, in the processes that tests start.
// A test that starts a process as a user would have it (built packages) must clear NODE_OPTIONS.
// COLDFRAME_TEST=long (npm run test:long) asks tests with counts for their full ones.
const condition = "coldframe-source";
const flag = `--conditions=${condition}`;

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition], externalConditions: [condition] } },
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: 2,
    execArgv: [flag],
    env: { NODE_OPTIONS: flag },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    slowTestThreshold: 2_000,
  },
});
