import { describe, expect, test } from "vitest";
import { createProject } from "./project.ts";
import { bad, call, files, orders, result, types } from "./shop.ts";

describe("builds that go on from earlier ones", () => {
  const incremental = { incremental: true, tsBuildInfoFile: "out/.tsbuildinfo", listEmittedFiles: true };

  test("incremental: nothing changed, nothing emitted; a const enum of another file changed, emitted; errors stay", () => {
    const project = createProject({ files, compilerOptions: incremental });
    expect(project.tspc().text).toContain("out/orders.js");
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    project.write("src/types.ts", types.replace('"paid"', '"done"'));
    expect(project.tspc().text).toMatch(/orders\.js\n.*orders\.js\.coldframe\.json|orders\.js\.coldframe\.json/);
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("paid", "done"));
    project.write("src/orders.ts", bad);
    const first = project.tspc();
    const again = project.tspc();
    expect(first.text).toContain("[CF1101] fake refuse");
    expect(again.text).toContain("[CF1101] fake refuse");
    expect([first.status, again.status]).toEqual([2, 2]);
    expect(again.text).not.toContain("orders.js");
  });

  test("a .tsbuildinfo of plain tsc or of other options does not keep files uncompiled", () => {
    const project = createProject({ files, compilerOptions: incremental });
    project.configure({}, null);
    expect(project.tspc().status).toBe(0);
    expect(project.read("out/orders.js")).not.toContain("$R");
    project.configure();
    expect(project.tspc()).toMatchObject({ status: 0, text: expect.not.stringContaining("types.js") });
    expect(project.read("out/orders.js")).toContain("$R");
    project.configure({}, { mark: "all" });
    expect(project.tspc().text).toContain("out/orders.js");
    project.configure({}, null);
    project.tspc();
    expect(project.read("out/orders.js")).not.toContain("$R");
  });

  test("watch: a change of a durable file is emitted, an error shown and mended", async () => {
    const project = createProject({ files });
    const watching = project.watch();
    expect(await watching.next()).toContain("Found 0 errors");
    expect(project.evaluate("out/orders.js", call).text).toBe(result);
    project.write("src/orders.ts", orders.replace("} $", "}: $"));
    await watching.next();
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("r5 ", "r5: "));
    project.write("src/orders.ts", bad);
    expect(await watching.next()).toMatch(/orders\.ts\(7,3\): error TS901101: \[CF1101][\s\S]*Found 1 error/);
    expect(project.evaluate("out/orders.js", "1").text).toContain("CF1101");
    project.write("src/orders.ts", orders);
    expect(await watching.next()).toContain("Found 0 errors");
    expect(project.evaluate("out/orders.js", call).text).toBe(result);
    project.write("src/types.ts", types.replace('"paid"', '"done"'));
    await watching.next();
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("paid", "done"));
  });

  test("-b: a reference, its rebuild, and errors", () => {
    const project = createProject({ files: {} });
    const { compilerOptions } = JSON.parse(project.read("tsconfig.json"));
    const config = (rest: object) =>
      JSON.stringify({
        compilerOptions: { ...compilerOptions, composite: true, rootDir: ".", declaration: true },
        ...rest,
      });
    const main = (orders: string) => `import { fulfil } from "${orders}";
export async function main(total: number): Promise<string> {
  "use durable";
  return await fulfil({ id: "a", total });
}
`;
    project.write("tsconfig.json", JSON.stringify({ files: [], references: [{ path: "app" }] }));
    project.write("lib/tsconfig.json", config({}));
    project.write("app/tsconfig.json", config({ references: [{ path: "../lib" }], exclude: ["out"] }));
    project.write("lib/types.ts", types);
    project.write("lib/orders.ts", orders);
    project.write("app/main.ts", main("../lib/orders.js"));
    // The reference is found by its source, as editors do; what runs is its output.
    const answer = () => {
      project.write("app/out/run.js", project.read("app/out/main.js").replace("../lib/", "../../lib/out/"));
      return project.evaluate("app/out/run.js", "[await m.main(5), globalThis.seen]");
    };

    expect(project.tspc("-b")).toEqual({ status: 0, text: "" });
    expect(answer()).toEqual({ status: 0, text: '["r5 paid",["shop/app/main","shop/lib/orders"]]\n' });
    expect(project.exists("lib/out/orders.js.coldframe.json")).toBe(true);
    expect(project.tspc("-b", "-v").text).toMatch(/lib.* is up to date[\s\S]*app.* is up to date/);

    project.write("lib/orders.ts", orders.replace("} $", "}: $"));
    expect(project.tspc("-b")).toEqual({ status: 0, text: "" });
    expect(answer().text).toContain('"r5: paid"');

    project.write("lib/orders.ts", bad);
    expect(project.tspc("-b")).toMatchObject({
      text: expect.stringMatching(/^lib\/orders\.ts\(7,3\): error TS901101/),
    });
    expect(project.tspc("-b").status).not.toBe(0);
    expect(answer()).toMatchObject({ status: 1, text: expect.stringContaining("CF1101") });
  });
});
