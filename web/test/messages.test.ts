// The catalogues of messages: the same keys, the same parameters, every plural form, in each
// language.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fill, type Message, type Messages } from '../src/lib/plural.ts';

const folder = `${process.cwd()}/web/src/i18n`;
const languages = ['en', 'fr', 'ar'];
const modules = [
  ...new Set(readdirSync(folder).map((name) => name.replace(/(^|\.)(en|fr|ar)\.json$/, ''))),
];

function read(module: string, language: string): Messages {
  const name = module ? `${module}.${language}.json` : `${language}.json`;
  return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Messages;
}
const texts = (message: Message) =>
  typeof message === 'string' ? [message] : Object.values(message);
const paramsOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort();

for (const module of modules) {
  const english = read(module, 'en');
  for (const language of languages) {
    const other = read(module, language);
    test(`${module || 'console'}, ${language}: has every message`, () => {
      assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort());
    });
    test(`${module || 'console'}, ${language}: the parameters of English, and none else`, () => {
      for (const [key, message] of Object.entries(other)) {
        const wanted = new Set(texts(english[key] ?? '').flatMap(paramsOf));
        for (const text of texts(message)) {
          assert.notEqual(text.trim(), '', key);
          for (const param of paramsOf(text)) assert.ok(wanted.has(param), `${key}: {${param}}`);
        }
        if (typeof message === 'string') assert.deepEqual(new Set(paramsOf(message)), wanted, key);
      }
    });
    test(`${module || 'console'}, ${language}: every plural form`, () => {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
      for (const [key, message] of Object.entries(other))
        if (typeof message !== 'string') assert.deepEqual(Object.keys(message).sort(), forms, key);
    });
  }
}

test('a message is filled in its language', () => {
  const message = { one: '{n} entry', other: '{n} entries' };
  assert.equal(fill(message, 'en', { n: 1 }), '1 entry');
  assert.equal(fill(message, 'en', { n: 1200 }), '1,200 entries');
  const arabic = {
    zero: 'لا',
    one: 'واحد',
    two: 'اثنان',
    few: '{n} قيود',
    many: '{n} قيدًا',
    other: '{n} قيد',
  };
  assert.equal(fill(arabic, 'ar', { n: 2 }), 'اثنان');
  assert.equal(fill(arabic, 'ar', { n: 7 }), '7 قيود');
  assert.equal(fill(arabic, 'ar', { n: 92 }), '92 قيدًا');
});

test('a name within a sentence keeps its own direction', () => {
  assert.equal(fill('سحب {what}؟', 'ar', { what: 'Gate 2' }), 'سحب \u2068Gate 2\u2069؟');
});
