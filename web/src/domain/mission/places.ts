import type { OwnPlace } from '../../lib/parts.ts';

export const places: OwnPlace[] = [
  {
    address: '/compound',
    word: 'place.plan',
    group: 'place.watch',
    letter: 'c',
    rank: 30,
    may: 'mission.read',
  },
];
