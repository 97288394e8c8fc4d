import type { OwnPlace } from '../../lib/parts.ts';

export const places: OwnPlace[] = [
  {
    address: '/phone.html',
    word: 'place.phone',
    group: 'place.watch',
    letter: '',
    rank: 60,
    may: 'round.walk',
  },
];
