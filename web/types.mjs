// types.mjs OPENAPI FOLDER: writes what svelte-check and editors know of the API and of the words.
//
//   FOLDER/api.d.ts    an interface for each shape, and in `Answers` what each route answers
//   FOLDER/words.d.ts  `Word`, every key of a message
//
// The console itself is built without them: types are erased. So they can be made of what the
// program says of itself (`chancery api --json`), which carries the console, without a circle.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const [openapi, folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: types.mjs OPENAPI FOLDER');
const source = fileURLToPath(new URL('src', import.meta.url));

// ---- the API ------------------------------------------------------------------------------------

/** "tripwire_hit" is TripwireHit. */
const nameOf = (shape) => shape.replace(/(^|_)(\w)/g, (_all, _gap, first) => first.toUpperCase());

const plain = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean' };

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref.split('/').at(-1));
  if (schema.oneOf) return schema.oneOf.map((one) => JSON.stringify(one.const)).join(' | ');
  if (schema.type === 'array') {
    const item = typeOf(schema.items);
    return item.includes('|') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return membersOf(schema);
  return plain[schema.type] ?? 'Json';
}

function membersOf(schema) {
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {}).map(([name, one]) => {
    // A number and a flag are never left out of what is shown.
    const always = required.has(name) || one['x-shown'];
    const help = one.description ? `/** ${one.description.replaceAll('*/', '')} */ ` : '';
    return `${help}${name}${always ? '' : '?'}: ${typeOf(one)};`;
  });
  return `{ ${members.join('\n')} }`;
}

function answerOf(operation) {
  const schema = operation.responses['200']?.content?.['application/json']?.schema;
  return schema ? typeOf(schema) : undefined;
}

/** The shapes by name, and the bodies of faults. */
function shapesOf({ schemas, responses }) {
  const faults = Object.entries(responses).map(([name, { content }]) => [
    name,
    { description: 'A fault', ...Object.values(content)[0].schema },
  ]);
  return [...Object.entries(schemas), ...faults];
}

function apiTypes({ components, paths }) {
  const lines = ["import type { Json } from '../../web/src/lib/types.ts';"];
  for (const [shape, schema] of shapesOf(components))
    lines.push(
      `/** ${schema.description} */`,
      `export interface ${nameOf(shape)} ${membersOf(schema)}`,
    );
  lines.push('/** By "METHOD path", the path as `call` wants it. */', 'export interface Answers {');
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const answer = answerOf(operation);
      const route = `${method.toUpperCase()} ${path.replace('/api/v1/', '')}`;
      if (answer) lines.push(`${JSON.stringify(route)}: ${answer};`);
    }
  lines.push('}');
  return lines.join('\n');
}

// ---- the words ----------------------------------------------------------------------------------

function wordTypes() {
  const keys = readdirSync(source, { recursive: true })
    .filter((path) => path.endsWith('words.en.json'))
    .flatMap((path) => Object.keys(JSON.parse(readFileSync(join(source, path), 'utf8'))));
  return `export type Word =\n${keys.map((key) => `  | ${JSON.stringify(key)}`).join('\n')};`;
}

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'words.d.ts'), `${wordTypes()}\n`);
writeFileSync(join(folder, 'api.d.ts'), `${apiTypes(JSON.parse(readFileSync(openapi, 'utf8')))}\n`);
