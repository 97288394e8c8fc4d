import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/listeners', job: 'devices', rank: 30, letter: 'n' },
];
