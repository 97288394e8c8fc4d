// How every camera is, for lists of them.
import { Feed } from '../../lib/feed.svelte.ts';
import { get } from '../../lib/api.ts';
import type { Answers } from '#types/api.d.ts';

export const cameras = new Feed(
  async () => {
    const { items } = await get<Answers['GET camera-states']>('camera-states?limit=500');
    return new Map(items.map((one) => [one.id, one]));
  },
  ({ kind }) => ['camera', 'source', 'gap'].includes(kind.split('.')[0] ?? ''),
);
