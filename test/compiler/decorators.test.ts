// With TypeScript's older decorators, durable methods say the same to decorators of methods and parameters as others do.
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import ts from "typescript";
import { expect, test } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import { show } from "../kit/show.ts";

const head = `const log: unknown[][] = [];
(globalThis as any).Reflect.metadata = (key: string, value: any) => (target: any, name: any) => { log.push([name, key, Array.isArray(value) ? value.map((each) => each?.name) : value?.name]); };
function dec(target: any, name: any, d?: PropertyDescriptor) { log.push(["dec", name, typeof d?.value]); }
const par = (target: any, name: any, at: number) => { log.push(["par", name, at, name && typeof target[name]]); };
const named = (text: string) => (log.push(["made", text]), (target: any, name: any, at: number) => { log.push([text, name, at]); });
const durable = (): any => () => {};
class Dto { x = 1; }\n`;

async function run(source: string): Promise<string> {
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.None,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  };
  const reflect = Reflect as { metadata?: unknown };
  try {
    return show(await evaluate(ts.transpileModule(source, { compilerOptions }).outputText, true).main());
  } finally {
    delete reflect.metadata;
  }
}

const options = { filename: "case.ts", abi: "global", experimentalDecorators: true } as const;

const bodies: Record<string, string> = {
  "rest parameters": `class A { @dec async a(...x: number[]): Promise<string[]> { "use durable"; return x.map(String); } @dec async b(x: string, ...y: Dto[]) { "use durable"; return y.length; }
    @dec async c(...[p, q]: [number, string]): Promise<any> { "use durable"; return [p, q]; } @dec async d(...x) { "use durable"; return x; } @dec static async e(...x: Array<Dto>) { "use durable"; return x.length; } @dec *g(...x: readonly Dto[]) { "use durable"; yield* x; } }
    async function main() { const a: any = new A(); return [await a.a(1, 2), await a.b("", 1), await a.c(1, "q"), await a.d(3), await A.e(), ...a.g(4), a.a.length, a.b.length, log]; }`,
  "parameters of every form": `class A { @dec async a(x: string = "d", y?: Dto, { z }: { z: number } = { z: 1 }, [q]: number[] = []): Promise<void> { "use durable"; } @dec async b(this: A, x: Dto | null): Promise<number> { "use durable"; return 1; }
    @dec async c(x = 5, y = "s", z = new Dto()) { "use durable"; return [x, y, z]; } @dec async *d(x: bigint): AsyncGenerator<Dto> { "use durable"; } @dec async e() { "use durable"; } @dec async f<T extends Dto>(x: T, y: T[], z: Map<string, T>, u: () => void, v: symbol, w: "a" | "b", n: never, o: object) { "use durable"; } }
    async function main() { const a = new A(); return [await a.c(), a.a.length, a.b.length, a.f.length, log]; }`,
  "decorators of parameters": `class A { constructor(@par readonly x: number) {} @dec async a(@par id: string, n: number, @named("z") dto: Dto): Promise<Dto> { "use durable"; await null; return dto; } async b(@par a: boolean) { "use durable"; return a; }
    async c(@par @named("1") @named("2") a: boolean, @par b = 3, @par { c }: { c: number } = { c: 1 }, @par ...d: number[]) { "use durable"; return [a, b, c, d]; } static async s(@par a: number) { "use durable"; return a; } @dec *g(@par a: number) { "use durable"; yield a; } async *h(@named("h") ...a: Dto[]) { "use durable"; yield a; }
    async own(@((target: any, name: any, at: number) => { log.push([name, at]); }) id: string) { "use durable"; return [id, await this.#p(2)]; } async #p(x: number) { "use durable"; return x; } plain(@par a: number, @par ...b: number[]) { return [a, b]; } }
    async function main() { const a: any = new A(1), r: any[] = []; for await (const x of a.h(1)) r.push(x); return [await a.a("i", 1, "d"), await a.b(true), await a.c(1, undefined, undefined, 4, 5), await A.s(5), ...a.g(4), r, await a.own("i"), a.plain(1, 2), a.c.length, log]; }`,
  "in a class that is made anew": `function make() { class A { @dec async a(@par id: string, ...n: number[]): Promise<Dto> { "use durable"; await null; return new Dto(); } async b(@named("b") @par x: Dto) { "use durable"; return x; } } return A; }
    async function main() { const a: any = new (make())(); return [typeof (await a.a("i", 1)), await a.b(3), log]; }`,
  "beside the mark": `class A { @dec @durable() async a(@par x: number) { return x; }
    x = 1
    @dec @durable() async ["k"](@par ...r: string[]) { return r.length; } @dec @durable()*g(@par x: Dto) { yield 1; } @dec*h() { "use durable"; yield 2; } }
    async function main() { const a: any = new A(); return [await a.a(5), await a.k(1), ...a.g(), ...a.h(), log]; }`,
};

test.each(Object.entries(bodies))("%s", async (_, body) => {
  const source = head + body;
  const { code, diagnostics, manifest } = compile(source, options);
  expect(diagnostics).toEqual([]);
  expect(manifest?.functions.length).toBeGreaterThan(1);
  expect(await run(code)).toBe(await run(source));
});

test("what is durable in a decorator of a parameter is refused, and so are dots that belong to no parameter", () => {
  const method = (param: string) => `class A { async a(${param}) { "use durable"; } }`;
  const codes = (source: string) => compile(source, options).diagnostics.map(({ code }) => code);
  expect(codes(method("@par(async () => {}) x: number"))).toEqual(["CF1108"]);
  expect(codes(method("@par x: number, ...: number[]"))).toEqual(["CF1005"]);
  expect(codes(method("@par ...x: number[], y: number"))).toEqual(["CF1005"]);
  expect(codes(method("@par ...x: number[] = []"))).toEqual(["CF1005"]);
  expect(codes(method("@par x: number = f(... )"))).toEqual(["CF1005"]);
});

test("decorators of parameters are no part of what is stored", () => {
  const stamp = (param: string) =>
    compile(`class A { async a(${param}) { "use durable"; } }`, options).manifest?.functions[0]?.stamp;
  expect(stamp("@par x: number")).toBe(stamp("x: number"));
});
