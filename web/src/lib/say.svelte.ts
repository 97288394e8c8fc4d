// What an alarm says to who sits here.
import { i18n } from './i18n.svelte.ts';
import { phrase, say, type Message, type Part } from './message.ts';
import { refs } from './refs.svelte.ts';

const nameOf = (noun: string, id: string) => refs.name(noun, id);

/** The part of a message in the language of the page; empty when it has none. */
export function sentence(message: Message, part: Part = ''): string {
  return say(i18n.messages, i18n.language, message, part, nameOf) ?? '';
}

/** A phrase of ours, by its key. */
export const phraseOf = (key: string) => phrase(i18n.messages, i18n.language, key);
