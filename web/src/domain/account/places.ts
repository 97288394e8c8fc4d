import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/accounts', job: 'admin', rank: 10, letter: 'u' },
  { address: '/compartments', job: 'admin', rank: 20, letter: 'b' },
  { address: '/roles', job: 'admin', rank: 10, setup: true },
  { address: '/me', word: 'place.account', job: 'admin', rank: 90, letter: 'y', setup: true },
];
