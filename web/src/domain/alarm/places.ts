import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/alarm-rules', job: 'now', rank: 10, setup: true },
];
