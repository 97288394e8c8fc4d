// How every zone is, for whoever shows zones outside Post One and the plan.
import { Feed } from '../../lib/feed.svelte.ts';
import { get } from '../../lib/api.ts';
import type { Answers } from '#types/api.d.ts';

const concerned = ['zone', 'alarm', 'source', 'gap'];

export const zones = new Feed(
  async () => {
    const { items } = await get<Answers['GET watch/zones']>('watch/zones');
    return new Map(items.map((zone) => [zone.id, zone]));
  },
  ({ kind }) => concerned.includes(kind.split('.')[0] ?? '') && kind !== 'source.counted',
);
