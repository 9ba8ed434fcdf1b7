// What the compiler makes of one fixture per construct, kept beside it: a change of the emitted form is seen in review.
// `npx vitest run test/fixtures-output.test.ts -u` accepts one.
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { compileFile, root } from "./kit/compile-file.ts";

const chosen = [
  "syntax/async-declaration",
  "syntax/async-arrow",
  "syntax/async-generator-delegate",
  "syntax/await-compound",
  "syntax/await-method-callee",
  "syntax/await-optional-chain",
  "syntax/call-unawaited",
  "syntax/closure-cell",
  "syntax/destructure-array",
  "syntax/for-loop",
  "syntax/for-binding-per-iteration",
  "syntax/for-in",
  "syntax/for-of-array",
  "syntax/generator-delegate",
  "syntax/if-else",
  "syntax/label-continue",
  "syntax/method-field-arrow",
  "syntax/method-object",
  "syntax/method-private",
  "syntax/method-super",
  "syntax/parameter-pattern",
  "syntax/switch-awaits-in-cases",
  "syntax/try-catch-finally",
  "combinators/all-map",
];

test.each(chosen)("%s", async (name) => {
  const folder = resolve(root, "fixtures", name);
  const { code, manifest, diagnostics } = compileFile(`${folder}/input.ts`);
  expect(diagnostics).toEqual([]);
  await expect(code).toMatchFileSnapshot(`${folder}/output.js`);
  await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot(`${folder}/manifest.json`);
});
