// How every source is, for lists of them.
import { Feed } from '../../lib/feed.svelte.ts';
import { get } from '../../lib/api.ts';
import type { Answers } from '#types/api.d.ts';

export const sources = new Feed(
  async () => {
    const { items } = await get<Answers['GET watch/sources']>('watch/sources');
    return new Map(items.map((one) => [one.source.id, one.state]));
  },
  ({ kind }) => ['source', 'gap'].includes(kind.split('.')[0] ?? '') && kind !== 'source.counted',
);
