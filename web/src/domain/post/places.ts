import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  {
    address: '/post-one',
    word: 'place.post-one',
    job: 'now',
    rank: 20,
    letter: 'w',
    may: 'watch.read',
    wall: true,
  },
];
