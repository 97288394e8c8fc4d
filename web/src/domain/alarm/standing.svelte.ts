// The alarms that stand, for whoever shows them outside Post One: the head of every page, the
// Situation.
import { Feed } from '../../lib/feed.svelte.ts';
import { get } from '../../lib/api.ts';
import { live } from '../../lib/live.svelte.ts';
import type { Shown } from '../../lib/types.ts';
import type { AlarmQueue, Answers } from '#types/api.d.ts';

type Queue = Shown<AlarmQueue, 'items'>;
const LOAD_MS = 20_000;

async function ask(): Promise<Queue> {
  const asked = Date.now();
  const queue = await get<Queue>('watch/queue', { signal: AbortSignal.timeout(LOAD_MS) });
  live.hearTime(queue.now, asked);
  return queue;
}

/** When the last alarm came, whatever became of it; null: none ever did. */
export const lastCame = new Feed<string | null>(
  async () => {
    const path = 'alarms?sort=raised&order=desc&limit=1';
    return (await get<Answers['GET alarms']>(path)).items[0]?.raised ?? null;
  },
  (event) => event.kind === 'alarm.raised',
);

export const standing = new Feed(ask, (event) => event.kind.startsWith('alarm.'));
