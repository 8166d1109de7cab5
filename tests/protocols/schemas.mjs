// Answers against the schemas that the server itself publishes, taken strictly: what is not named
// there is a mistake too.
import assert from 'node:assert/strict';

import Ajv2020 from 'ajv/dist/2020.js';

const each = (parts, change) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part)]));

/** The schema with all that lies in it closed, but not itself: others may build on it. */
function open(schema) {
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = { ...schema };
  if (copy.$defs) copy.$defs = each(copy.$defs, open);
  if (copy.properties) copy.properties = each(copy.properties, closed);
  if (copy.items) copy.items = closed(copy.items);
  if (copy.anyOf) copy.anyOf = copy.anyOf.map(closed);
  if (typeof copy.additionalProperties === 'object') copy.additionalProperties = closed(copy.additionalProperties);
  return copy;
}

/** The schema refusing what it does not name, unless it says itself that there may be more. */
function closed(schema) {
  const copy = open(schema);
  const names = copy?.properties || copy?.$ref || copy?.allOf;
  if (names && !('additionalProperties' in copy)) copy.unevaluatedProperties = false;
  return copy;
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
const known = new Map();

/** Fails where an answer is not what the tool's outputSchema says, or has more. */
export function assertAnswer(tool, answer) {
  if (!known.has(tool.name)) known.set(tool.name, ajv.compile(closed(tool.outputSchema)));
  const check = known.get(tool.name);
  const shown = JSON.stringify(answer)?.slice(0, 2000);
  assert.ok(check(answer), `${tool.name}: ${ajv.errorsText(check.errors)}\n${shown}`);
}

/** Fails where a schema is none of JSON Schema 2020-12. */
export function assertSchema(schema) {
  assert.ok(ajv.validateSchema(schema), ajv.errorsText(ajv.errors));
}
