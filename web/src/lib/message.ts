// What an alarm says. The server keeps a message and what stands in its holes, never a sentence;
// the words are in content/alarms/messages.<language>.json, which the server reads as well. A
// record that the reader may not read is an unnamed thing of its kind.
import { fill, type Messages, type Params } from './plural.ts';

export interface MessageParam {
  name: string;
  /** A record, "source/panel"; or else a text as it came. */
  ref?: string;
  text?: string;
  /** Keys of phrases, in place of both; after a slash, what fills their {what}. */
  phrases?: string[];
}
export interface Message {
  message: string;
  params?: MessageParam[];
}
export type Part = '' | '.consequence' | '.action';
/** The name of a record, as far as the reader may know it. */
export type NameOf = (noun: string, id: string) => string | null | undefined;

/** "alarm.silence.never.action", or else "alarm.silence.action". */
function wordsOf(
  messages: Messages,
  prefix: string,
  name: string,
  part: Part,
): string | undefined {
  for (let stem = name; stem !== ''; stem = stem.slice(0, Math.max(0, stem.lastIndexOf('.')))) {
    const words = messages[`${prefix}${stem}${part}`];
    if (typeof words === 'string') return words;
  }
  return undefined;
}

function unnamed(messages: Messages, noun: string): string {
  const words = messages[`unnamed.${noun}`] ?? messages['unnamed.any'];
  return typeof words === 'string' ? words : '';
}

/** "order.send-guard.area/area"; what has no words of its own is said as its stem is. */
export function phrase(messages: Messages, language: string, text: string): string {
  const slash = text.indexOf('/');
  const key = slash < 0 ? text : text.slice(0, slash);
  const what = slash < 0 ? unnamed(messages, 'any') : text.slice(slash + 1);
  return fill(wordsOf(messages, '', key, '') ?? unnamed(messages, 'any'), language, { what });
}

/** The sentence, or undefined when the message has no such part. */
export function say(
  messages: Messages,
  language: string,
  { message, params = [] }: Message,
  part: Part,
  nameOf: NameOf,
): string | undefined {
  const words = wordsOf(messages, 'alarm.', message, part);
  if (words === undefined) return undefined;
  const values: Params = {};
  for (const [, hole = ''] of words.matchAll(/\{(\w+)\}/g)) {
    const param = params.find((one) => one.name === hole);
    if (param?.phrases?.length) {
      values[hole] = param.phrases.map((one) => phrase(messages, language, one)).join(' ');
      continue;
    }
    const [noun = 'any', id = ''] = param?.ref?.split('/', 2) ?? [];
    const name = param?.ref ? nameOf(noun, id) : param?.text;
    const thing = name ?? unnamed(messages, noun);
    const capital = name == null && words.startsWith(`{${hole}}`);
    values[hole] = capital ? thing.charAt(0).toLocaleUpperCase(language) + thing.slice(1) : thing;
  }
  return fill(words, language, values);
}
