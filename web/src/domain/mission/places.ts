import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  {
    address: '/compound',
    word: 'place.plan',
    job: 'now',
    rank: 30,
    letter: 'p',
    may: 'mission.read',
  },
  { address: '/sites', job: 'places', rank: 10, letter: 'i' },
  { address: '/zones', job: 'places', rank: 20, letter: 'z' },
  { address: '/buildings', job: 'places', rank: 10, setup: true },
  { address: '/plans', job: 'places', rank: 20, setup: true },
  { address: '/missions', job: 'admin', rank: 40, letter: 'm' },
];
