import assert from "node:assert/strict";
import { test } from "node:test";
import { mapperNames } from "../../lib/camera/build-mapper.js";
import { configJsonSchema } from "../../lib/config/json-schema.js";

test("a configuration may name every mapper that there is, and no other", () => {
  const found = JSON.stringify(configJsonSchema()).match(/"enum":\[("[A-Za-z]+Mapper",?)+\]/);
  assert.ok(found);
  const { enum: names } = JSON.parse(`{${found[0]}}`) as { enum: string[] };
  assert.deepEqual(names.sort(), [...mapperNames].sort());
});
