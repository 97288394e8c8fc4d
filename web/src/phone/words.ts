// The phone page's own words.
import type en from '../i18n/phone.en.json';
import { i18n } from '../lib/i18n.svelte.ts';
import type { Params } from '../lib/plural.ts';

export function say(key: keyof typeof en, params?: Params): string {
  return i18n.find([key], params);
}
