/** Owns: the thread in which fixtures are run. The question is a path. */
import { runFixture } from "./fixture.ts";
import { answer } from "./thread.ts";

// Combinators leave promises to fail by themselves, natively as well.
process.on("unhandledRejection", () => {});

answer(runFixture);
