// What an alarm says, in the reader's language.
import type { Message } from '../../lib/message.ts';
import { refs } from '../../lib/refs.svelte.ts';
import { sentence } from '../../lib/say.svelte.ts';

/** The sentence by which an alarm is called, wherever it is listed or read out. */
export const alarmSentence = (alarm: Message): string => sentence(alarm);

/** What is to be done about it; empty when nobody has said. */
export const alarmAction = (alarm: Message & { action?: string }): string =>
  alarm.action || sentence(alarm, '.action');

/** Where it is, as near as is known: its zone or else its site, and its point. */
export function alarmPlace(alarm: { zone?: string; site?: string; point?: string }): string {
  const ground = alarm.zone
    ? refs.name('zone', alarm.zone)
    : alarm.site && refs.name('site', alarm.site);
  return [ground, alarm.point].filter(Boolean).join(' · ');
}
