// The sources that do not say what they should: silent, late or switched off.
import { Feed } from '../../lib/feed.svelte.ts';
import { refs } from '../../lib/refs.svelte.ts';
import { get } from '../../lib/api.ts';
import type { Answers } from '#types/api.d.ts';
import { conditions, type Source } from './source.ts';

const out = ['silent', 'late', 'disabled'];
const concerned = ['source', 'gap'];

export const blind = new Feed<Source[]>(
  async () => {
    const { items } = await get<Answers['GET watch/sources']>('watch/sources');
    for (const { source } of items) refs.know('source', source.id, source.name);
    return items
      .filter(({ state }) => out.includes(state.condition))
      .sort(
        (a, b) =>
          conditions.indexOf(a.state.condition) - conditions.indexOf(b.state.condition) ||
          (a.state.since < b.state.since ? -1 : 1),
      );
  },
  ({ kind }) => concerned.includes(kind.split('.')[0] ?? '') && kind !== 'source.counted',
);
