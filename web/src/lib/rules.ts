// The server's rules, by name, in the reader's language.
import { maybe } from './i18n.svelte.ts';

export function ruleText(rule: string): string | undefined {
  return maybe(`rule.${rule}`);
}
