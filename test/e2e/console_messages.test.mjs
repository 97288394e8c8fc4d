// Everything that the server describes has its words in every language.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { caller, enrol, languages, startDemo } from './lib.mjs';

/** Kinds of events that every record may have; one word of the verb serves them all. */
const generatedVerbs = ['added', 'changed', 'retired', 'attached', 'detached', 'erased'];
const source = new URL('../../web/src/', import.meta.url);
let demo, catalog;
before(async () => {
  demo = await startDemo();
  const { cookie } = await enrol(demo, 'officer');
  catalog = (await caller(demo, cookie)('GET', 'catalog')).json;
});
after(() => demo?.stop());

function messagesOf(language) {
  const files = readdirSync(source, { recursive: true }).filter((path) =>
    path.endsWith(`words.${language}.json`),
  );
  return Object.assign({}, ...files.map((path) => JSON.parse(readFileSync(new URL(path, source)))));
}

/** Every key that has to be there, each as the list of those of which one is enough. */
function wantedOf({ records, permissions, events }) {
  const wanted = [];
  const seen = new Set();
  const shape = ({ name, fields }) => {
    if (seen.has(name) || !fields) return;
    seen.add(name);
    for (const field of fields) {
      wanted.push([`field.${name}.${field.name}`, `field.any.${field.name}`]);
      for (const choice of field.choices ?? [])
        wanted.push([
          `choice.${name}.${field.name}.${choice.name}`,
          `choice.any.${field.name}.${choice.name}`,
        ]);
      if (field.shape?.fields) shape(field.shape);
    }
  };
  for (const record of records) {
    wanted.push([`record.${record.name}`], [`records.${record.name}`], [`module.${record.module}`]);
    shape(record.shape);
    for (const { name, input } of record.steps ?? []) {
      wanted.push([`step.${record.name}.${name}`, `step.any.${name}`]);
      shape(input);
    }
  }
  for (const { name } of permissions) wanted.push([`permission.${name}`]);
  const nouns = new Set(records.map((record) => record.name));
  for (const { name } of events) {
    const [noun, verb] = name.split('.');
    const generated = nouns.has(noun) && generatedVerbs.includes(verb);
    wanted.push(generated ? [`event.${name}`, `verb.${verb}`] : [`event.${name}`]);
  }
  return wanted;
}

for (const language of languages) {
  test(`${language}: nothing is without its word`, () => {
    const messages = messagesOf(language);
    const wanted = wantedOf(catalog);
    assert.ok(wanted.length > 100);
    const missing = wanted.filter((keys) => !keys.some((key) => messages[key] !== undefined));
    assert.deepEqual(
      missing.map((keys) => keys[0]),
      [],
    );
  });
}
