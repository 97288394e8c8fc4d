import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/retentions', job: 'admin', rank: 30, letter: 'k' },
  { address: '/holds', job: 'admin', rank: 20, setup: true },
];
