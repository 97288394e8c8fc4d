// What an alarm says, in the reader's language.
import type { Alarm } from '#types/api.d.ts';

/** The sentence by which an alarm is called, wherever it is listed or read out. */
export const alarmSentence = (alarm: Pick<Alarm, 'title'>): string => alarm.title;
