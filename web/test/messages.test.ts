// The catalogues of messages: the same keys, the same parameters, every plural form, in each
// language.
import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import { jobs } from '../src/lib/jobs.ts';
import type { MenuLine } from '../src/lib/parts.ts';
import { fill, type Message } from '../src/lib/plural.ts';
import { allWords, foldersOfWords, languages, readWords } from '../words.ts';

const root = `${process.cwd()}/web/src`;
const texts = (message: Message) =>
  typeof message === 'string' ? [message] : Object.values(message);
const paramsOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort();

for (const folder of foldersOfWords(root)) {
  const home = relative(root, folder) || 'console';
  const english = readWords(folder, 'en');
  for (const language of languages) {
    const other = readWords(folder, language);
    test(`${home}, ${language}: has every message`, () => {
      assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort());
    });
    test(`${home}, ${language}: the parameters of English, and none else`, () => {
      for (const [key, message] of Object.entries(other)) {
        const wanted = new Set(texts(english[key] ?? '').flatMap(paramsOf));
        for (const text of texts(message)) {
          assert.notEqual(text.trim(), '', key);
          for (const param of paramsOf(text)) assert.ok(wanted.has(param), `${key}: {${param}}`);
        }
        if (typeof message === 'string') assert.deepEqual(new Set(paramsOf(message)), wanted, key);
      }
    });
    test(`${home}, ${language}: every plural form`, () => {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
      for (const [key, message] of Object.entries(other))
        if (typeof message !== 'string') assert.deepEqual(Object.keys(message).sort(), forms, key);
    });
  }
}

/** The server fills these itself; their number stands alone: "Passages withheld: 3". */
const printed = /^document\./;

test('every message that counts has plural forms', () => {
  for (const language of languages)
    for (const [key, message] of Object.entries(allWords(root, language)))
      if (typeof message === 'string' && !printed.test(key))
        assert.ok(!paramsOf(message).includes('n'), `${language}: ${key}`);
});

test('no two lines of the menu, and no two jobs, have the same name', async () => {
  const files = import.meta.glob<{ places: MenuLine[] }>('../src/domain/*/places.ts');
  const lines = (await Promise.all(Object.values(files).map((load) => load()))).flatMap(
    (one) => one.places,
  );
  assert.ok(lines.length > 25);
  const record = (address: string) =>
    `records.${address.slice(1).replaceAll('-', '_').replace(/ies$/, 'y').replace(/s$/, '')}`;
  const keys = ['place.situation', ...lines.map((one) => one.word ?? record(one.address))];
  for (const language of languages) {
    const words = allWords(root, language);
    for (const list of [keys, jobs.map((job) => `job.${job}`)]) {
      const names = list.map((key) => {
        assert.equal(typeof words[key], 'string', `${language}: ${key}`);
        return words[key];
      });
      assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), [], language);
    }
  }
});

test('a key is in one folder only', () => {
  for (const language of languages) assert.ok(Object.keys(allWords(root, language)).length > 1000);
});

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
