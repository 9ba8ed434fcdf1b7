import { expect, test } from "vitest";
import { createModuleNames } from "../../compiler/src/hosts/module-id.ts";

const packages: Record<string, string> = {
  "/repo/package.json": '{"name":"repo","private":true}',
  "/repo/shop/package.json": '{"name":"@acme/shop"}',
  "/repo/shop/dist/package.json": '{"type":"module"}',
  "/bare/package.json": '{"type":"module"}',
  "/broken/package.json": "{",
  "C:/projects/package.json": '{"name":"win"}',
};

test.each([
  ["/repo/shop/src/orders.ts", "@acme/shop/src/orders", "src/orders.ts"],
  ["/repo/shop/dist/orders.server.mjs", "@acme/shop/dist/orders.server", "dist/orders.server.mjs"],
  ["/repo/index.tsx", "repo/index", "index.tsx"],
  ["/repo/tool.jsx.txt", "repo/tool.jsx.txt", "tool.jsx.txt"],
  ["/bare/src/a.cts", "src/a", "src/a.cts"],
  ["/broken/src/a.ts", "src/a", "src/a.ts"],
  ["/nowhere/deep/a.ts", "a", "a.ts"],
  ["/a.ts", "a", "a.ts"],
  ["C:\\projects\\src\\a.ts", "win/src/a", "src/a.ts"],
])("%s is called %s", (file, moduleId, path) => {
  expect(createModuleNames((at) => packages[at])(file)).toEqual({ moduleId, path });
});

test("each folder is read once", () => {
  const read: string[] = [];
  const nameOf = createModuleNames((at) => {
    read.push(at);
    return packages[at];
  });
  nameOf("/repo/shop/src/a.ts");
  nameOf("/repo/shop/src/b.ts");
  nameOf("/repo/shop/test/c.ts");
  expect(read).toEqual(["/repo/shop/src/package.json", "/repo/shop/package.json", "/repo/shop/test/package.json"]);
});
