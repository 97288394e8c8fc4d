// How sources do, as the server says.
import type { SourceNow, SourceState } from '#types/api.d.ts';
import type { Verdict } from '../arming/zone.ts';

export type Condition = SourceState['condition'];
export type Source = SourceNow;

/** What a source's state looks like, in the terms of a zone's. */
export const conditionVerdict: Record<Condition, Verdict> = {
  'never-seen': 'unknown',
  unsupervised: 'unknown',
  healthy: 'clear',
  late: 'gap',
  silent: 'blind',
  disabled: 'blind',
};
/** The gravest first: in this order sources are listed. */
export const conditions: Condition[] = [
  'silent',
  'late',
  'disabled',
  'never-seen',
  'unsupervised',
  'healthy',
];
