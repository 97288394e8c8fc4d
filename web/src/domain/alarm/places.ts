import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/alarms', job: 'evidence', rank: 10, letter: 'a' },
  { address: '/alarm-rules', job: 'now', rank: 10, setup: true },
];
