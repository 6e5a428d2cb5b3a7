import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceLine } from "../../lib/notebooks/source-line.js";

const source = `import { basename } from "node:path";
import type { Stats } from "node:fs";

interface Telescope {
  readonly id: number;
}

/** Finds one. */
function find(list: readonly Telescope[], id: number): Telescope {
  const found = list.find((item) => item.id === id);
  if (!found) throw new RangeError(\`no telescope \${id}\`);
  return found;
}

const list: Telescope[] = [{ id: 1 }];
const total: number = list.length;
find(list, 2);`;

const javascript = `(function(exports, require) { "use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.tsLastExpr = exports.total = exports.list = exports.find = void 0;
/** Finds one. */
function find(list, id) {
    const found = list.find((item) => item.id === id);
    if (!found)
        throw new RangeError(\`no telescope \${id}\`);
    return found;
}
exports.find = find;
const list = [{ id: 1 }];
exports.list = list;
const total = list.length;
exports.total = total;
exports.tsLastExpr = find(list, 2);
})(__tslab__.exports, __tslab__.require)`;

test("a line of the JavaScript is found in the TypeScript it was made of", () => {
  const line = (number: number): number | null => sourceLine(source, javascript, number);
  assert.equal(line(6), 10);
  assert.equal(line(8), 11);
  assert.equal(line(12), 15);
  assert.equal(line(14), 16);
  assert.equal(line(16), 17);
});

test("a line that comes from nowhere is not guessed", () => {
  assert.equal(sourceLine(source, javascript, 2), null);
  assert.equal(sourceLine(source, javascript, 99), null);
});
