// How zones are, as the server says.
import type { ZoneNow } from '#types/api.d.ts';
import type { Condition } from '../source/source.ts';

export type Verdict = ZoneNow['verdict'];
export type Zone = Omit<ZoneNow, 'sources'> & { sources: { [condition in Condition]: number } };

/** The gravest first. */
export const gravity: Verdict[] = ['duress', 'alarm', 'blind', 'gap', 'unknown', 'clear'];

/** The gravest of them. Nothing known is not clear. */
export function worst(verdicts: Verdict[]): Verdict {
  return gravity.find((one) => verdicts.includes(one)) ?? 'unknown';
}
