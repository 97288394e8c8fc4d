import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { say, type Message } from '../src/lib/message.ts';
import type { Messages } from '../src/lib/plural.ts';

const folder = `${process.cwd()}/content/alarms`;
const wordsIn = (language: string) =>
  JSON.parse(readFileSync(`${folder}/messages.${language}.json`, 'utf8')) as Messages;
const plain = (text: string | undefined) => text?.replace(/[\u2068\u2069]/g, '');

const silence: Message = {
  message: 'silence.never',
  params: [{ name: 'source', ref: 'source/panel' }],
};

test('a reference is the name of its record, in the language of the reader', () => {
  const name = (noun: string, id: string) => (`${noun}/${id}` === 'source/panel' ? 'North' : null);
  const en = say(wordsIn('en'), 'en', silence, '', name);
  assert.equal(plain(en), 'North has not been heard');
  assert.match(plain(say(wordsIn('fr'), 'fr', silence, '', name)) ?? '', /^North n’a jamais/);
});

test('what may not be read is an unnamed thing of its kind, never an id', () => {
  const help: Message = { message: 'help', params: [{ name: 'guard', ref: 'account/01M8' }] };
  const said = plain(say(wordsIn('en'), 'en', help, '', () => null));
  assert.equal(said, 'Somebody calls for help');
});

test('a part that a message does not say of itself is that of its stem', () => {
  const action = say(wordsIn('en'), 'en', silence, '.action', () => null);
  assert.match(action ?? '', /^Look at the place/);
  const text: Message = { message: 'text', params: [{ name: 'text', text: 'It rang' }] };
  assert.equal(plain(say(wordsIn('en'), 'en', text, '', () => null)), 'It rang');
  assert.equal(say(wordsIn('en'), 'en', text, '.action', () => null), undefined);
});
