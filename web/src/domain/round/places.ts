import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/handovers', job: 'evidence', rank: 40, letter: 'h' },
  { address: '/guard-shifts', job: 'people', rank: 30, letter: 'f' },
  { address: '/guard-tours', job: 'places', rank: 30, letter: 'r' },
  { address: '/phone.html', word: 'place.phone', job: 'places', rank: 40, may: 'round.walk' },
  { address: '/guard-posts', job: 'places', rank: 30, setup: true },
  { address: '/guard-phones', job: 'devices', rank: 30, setup: true },
];
