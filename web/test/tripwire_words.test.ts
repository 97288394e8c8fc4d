// Every shipped rule, of tripwires and of alarms, has its words in every language, and so has
// everything that it wants done: a guard never reads the name of an action.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ordersOf, type Action } from '../src/domain/tripwire/order.ts';
import { phrase } from '../src/lib/message.ts';
import type { Messages } from '../src/lib/plural.ts';
import { languages } from '../words.ts';

const content = `${process.cwd()}/content`;
const wordsIn = (language: string) =>
  JSON.parse(readFileSync(`${content}/alarms/messages.${language}.json`, 'utf8')) as Messages;
const words = Object.fromEntries(languages.map((one) => [one, wordsIn(one)]));
const english = words['en'] ?? {};

const rules = readdirSync(`${content}/tripwires`)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => {
    const text = readFileSync(`${content}/tripwires/${name}`, 'utf8');
    const last = text.split('\n---\n').at(-1) ?? '';
    return {
      id: name.slice(0, -4),
      title: /^title: (.*)$/m.exec(last)?.[1] ?? '',
      purpose: /^ {4}purpose: (.*)$/m.exec(last)?.[1] ?? '',
      text,
    };
  });

/** The actions of a rule's text: {do: send-guard, to: area}. */
function actionsOf(text: string): Action[] {
  return [...text.matchAll(/\{do: ([^}]*)\}/g)].map(([, inner = '']) => {
    const [what = '', ...others] = inner.split(', ');
    const pairs = others.map((one) => one.split(': ', 2).map((part) => part.replaceAll("'", '')));
    return { what, with: pairs.map(([name = '', value = '']) => [name, value]) };
  });
}

const known = (key: string) => languages.every((one) => typeof words[one]?.[key] === 'string');

test('every shipped tripwire has its title and its purpose in every language', () => {
  assert.ok(rules.length >= 50);
  for (const { id, title, purpose } of rules) {
    assert.equal(english[`pattern.${id}`], title);
    assert.equal(english[`purpose.${id}`], purpose);
    assert.ok(known(`pattern.${id}`) && known(`purpose.${id}`), id);
    assert.ok(title.length <= 200 && purpose.length <= 200, `${id}: a hit would cut it`);
  }
});

test('no words are kept of a tripwire that is not shipped, and no two have the same', () => {
  const ids = new Set(rules.map((one) => one.id));
  for (const key of Object.keys(english))
    if (/^(pattern|purpose)\./.test(key)) assert.ok(ids.has(key.slice(key.indexOf('.') + 1)), key);
  assert.equal(new Set(rules.map((one) => one.title)).size, rules.length);
});

test('everything that a shipped tripwire wants done is a sentence in every language', () => {
  const orders = rules.flatMap((one) => actionsOf(one.text)).flatMap(ordersOf);
  assert.ok(orders.length > 80);
  for (const order of orders) {
    const [key = ''] = order.split('/');
    const stem = key.slice(0, key.lastIndexOf('.'));
    const fills = /\{what\}/.test(String(english[stem]));
    // A word of the rule may fill a sentence only where it is a number, or no word at all.
    assert.ok(known(key) || (fills && /\/\d+$/.test(order)), order);
    for (const one of languages)
      assert.match(phrase(words[one] ?? {}, one, order), /[.؟]$/, `${one}: ${order}`);
  }
});

test('an action that has no words is not shown by its name', () => {
  assert.doesNotMatch(phrase(english, 'en', 'order.weld_shut'), /weld/);
});

test('every shipped alarm rule has its name, consequence and order in every language', () => {
  interface Rule {
    id: string;
    name: string;
    consequence: string;
    action: string;
  }
  const shipped = JSON.parse(readFileSync(`${content}/watch/rules.json`, 'utf8')) as Rule[];
  for (const { id, name, consequence, action } of shipped) {
    const keys = [`rule-name.${id}`, `alarm.rule.${id}.consequence`, `alarm.rule.${id}.action`];
    assert.deepEqual(keys.map((key) => english[key]), [name, consequence, action]);
    for (const key of keys) assert.ok(known(key), key);
  }
});

test('nothing in French or Arabic is left in English', () => {
  const same = new Set(['Incendie', 'Intrusion', 'Contrainte']);
  for (const language of ['fr', 'ar'])
    for (const [key, text] of Object.entries(words[language] ?? {}))
      if (!/^\{\w+\}(\W*\{\w+\})*$/.test(String(text)) && !same.has(String(text)))
        assert.notEqual(text, english[key], `${language}: ${key}`);
});
