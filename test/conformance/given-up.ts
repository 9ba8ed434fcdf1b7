/** Owns: tests of test262 that compiled code is known to fail, each with the reason. A test that passes after all is reported, so that its line goes. */
const ticks = "how many ticks a durable call takes that does not suspend is given up";
const lookups = "`then` looks up the constructor of what is awaited once more than a native await";
const text = "the text of a function is not kept";
const generator = "generator objects of compiled code have a prototype of their own between theirs and the native one";

export const givenUp: { readonly [test: string]: string } = {
  "built-ins/AsyncGeneratorFunction/prototype/prototype.js": generator,
  "built-ins/AsyncGeneratorPrototype/Symbol.toStringTag.js": generator,
  "built-ins/AsyncIteratorPrototype/Symbol.asyncDispose/prop-desc.js": generator,
  "built-ins/AsyncIteratorPrototype/Symbol.asyncIterator/prop-desc.js": generator,
  "built-ins/Function/prototype/toString/async-arrow-function.js": text,
  "built-ins/Function/prototype/toString/async-function-declaration.js": text,
  "built-ins/Function/prototype/toString/async-function-expression.js": text,
  "built-ins/Function/prototype/toString/async-generator-declaration.js": text,
  "built-ins/Function/prototype/toString/async-generator-expression.js": text,
  "built-ins/Function/prototype/toString/async-generator-method-class-expression.js": text,
  "built-ins/Function/prototype/toString/async-generator-method-class-expression-static.js": text,
  "built-ins/Function/prototype/toString/async-generator-method-class-statement.js": text,
  "built-ins/Function/prototype/toString/async-generator-method-class-statement-static.js": text,
  "built-ins/Function/prototype/toString/async-generator-method-object.js": text,
  "built-ins/Function/prototype/toString/async-method-class-expression.js": text,
  "built-ins/Function/prototype/toString/async-method-class-expression-static.js": text,
  "built-ins/Function/prototype/toString/async-method-class-statement.js": text,
  "built-ins/Function/prototype/toString/async-method-class-statement-static.js": text,
  "built-ins/Function/prototype/toString/async-method-object.js": text,
  "built-ins/Function/prototype/toString/generator-function-declaration.js": text,
  "built-ins/Function/prototype/toString/generator-function-expression.js": text,
  "built-ins/Function/prototype/toString/generator-method.js": text,
  "built-ins/GeneratorFunction/prototype/prototype.js": generator,
  "built-ins/GeneratorPrototype/Symbol.toStringTag.js": generator,
  "language/expressions/await/async-await-interleaved.js": ticks,
  "language/expressions/generators/default-proto.js": generator,
  "language/statements/for-await-of/async-from-sync-iterator-continuation-abrupt-completion-get-constructor.js":
    lookups,
  "language/statements/for-await-of/ticks-with-async-iter-resolved-promise-and-constructor-lookup-two.js": lookups,
  "language/statements/for-await-of/ticks-with-async-iter-resolved-promise-and-constructor-lookup.js": lookups,
  "language/statements/for-await-of/ticks-with-sync-iter-resolved-promise-and-constructor-lookup.js": lookups,
  "language/statements/generators/default-proto.js": generator,
  "language/expressions/await/async-generator-interleaved.js": ticks,
  "language/expressions/object/method-definition/generator-prototype-prop.js": generator,
  "staging/sm/Symbol/toStringTag.js": generator,
  "staging/sm/async-functions/toString.js": text,
};
