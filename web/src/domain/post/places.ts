import type { OwnPlace } from '../../lib/parts.ts';

export const places: OwnPlace[] = [
  {
    address: '/post-one',
    word: 'place.post-one',
    group: 'place.watch',
    letter: 'w',
    rank: 20,
    may: 'watch.read',
    wall: true,
  },
];
