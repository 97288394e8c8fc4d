// The state of a guard's phone. Whatever is said by the guard is kept on the phone first and handed
// in when there is a net; what the server refuses is shown until the guard has read it.
import type { Answers, GuardTour, LoneGuard, TourRun, TourVisit } from '#types/api.d.ts';
import { get, post, Problem } from '../../../lib/api.ts';
import { session } from '../../../lib/session.svelte.ts';
import { ownKey, scanTime, signScan, type OwnKey } from './key.ts';
import * as store from './store.ts';

export type Visit = TourVisit;
export type Round = TourRun;
export type Tour = Pick<GuardTour, 'id' | 'name'>;
export type Alone = Pick<LoneGuard, 'every_ms' | 'due'> & { overdue?: boolean };
interface Me {
  account: string;
  name: string;
  zone: string;
  phone?: string;
}
interface Call {
  call: string;
  at: string;
  sent: boolean;
}

const AGAIN_MS = 5000;
/** A line that takes this long for a call for help is none: the next try may find another. */
const CALL_MS = 10000;

/** What a later try may change: no net, a server that is busy or failing, nobody signed in. */
function passes(error: unknown): boolean {
  return (
    error instanceof Problem &&
    (error.unreachable || error.status >= 500 || error.status === 429 || error.status === 401)
  );
}

class Phone {
  me = $state.raw<Me | null>(null);
  key = $state.raw<OwnKey | null>(null);
  tours = $state.raw<Tour[]>([]);
  round = $state.raw<Round | null>(null);
  alone = $state.raw<Alone | null>(null);
  call = $state.raw<Call | null>(null);
  scans = $state.raw<store.Scan[]>([]);
  refused = $state.raw<{ tag: string; problem: Problem }[]>([]);
  /** Since when there is no net; 0: there is one. */
  without = $state(0);
  now = $state(Date.now());
  ready = $state(false);

  #busy = false;
  #calling = false;
  #again = false;
  #timers: number[] = [];

  async start(): Promise<void> {
    await this.#remember().catch(() => undefined); // a phone that keeps nothing begins anew
    try {
      this.key = await ownKey();
    } catch {
      this.key = null;
    }
    await session.load();
    await this.sync();
    this.ready = true;
    this.#timers = [
      window.setInterval(() => (this.now = Date.now()), 1000),
      window.setInterval(() => void this.#sendCall().catch(() => undefined), AGAIN_MS),
      window.setInterval(() => void this.sync(), AGAIN_MS),
    ];
    addEventListener('online', this.#online);
  }
  async #remember(): Promise<void> {
    this.call = (await store.read<Call>('call')) ?? null;
    this.me = (await store.read<Me>('me')) ?? null;
    this.round = (await store.read<Round>('round')) ?? null;
    await this.#recount();
  }
  stop(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    removeEventListener('online', this.#online);
  }
  #online = (): void => void this.sync();

  /** Hand in what waits, then learn what is so. */
  async sync(): Promise<void> {
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (session.state !== 'in') await session.load();
      if (session.unreachable) throw new Problem(0, {});
      if (session.state === 'in') {
        await this.#sendCall().catch((error: unknown) => {
          if (passes(error)) throw error; // what is refused keeps nothing else
        });
        await this.#sendScans();
        await this.#learn();
      }
      this.without = 0;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.unreachable) this.without ||= Date.now();
    } finally {
      this.#busy = false;
    }
    if (this.#again) await this.sync();
  }

  async #recount(): Promise<void> {
    this.scans = (await store.waiting()).map((one) => one.scan);
  }

  async #sendScans(): Promise<void> {
    for (const { number, scan } of await store.waiting()) {
      const { round, ...body } = scan;
      try {
        await post(`rounds/${round}/scan`, body);
      } catch (error) {
        if (passes(error) || !(error instanceof Problem)) throw error;
        this.refused = [...this.refused, { tag: scan.tag, problem: error }];
      }
      await store.dropScan(number);
    }
    await this.#recount();
  }

  /** Tried by a clock of its own: nothing else that hangs keeps it. */
  async #sendCall(): Promise<void> {
    if (!this.call || this.call.sent || this.#calling) return;
    const { call, at } = this.call;
    this.#calling = true;
    try {
      await post('guards/help', { call, at }, { signal: AbortSignal.timeout(CALL_MS) });
      await this.#keepCall({ call, at, sent: true }).catch(() => undefined);
    } catch (error) {
      throw error instanceof Problem ? error : new Problem(0, {});
    } finally {
      this.#calling = false;
    }
  }
  async #keepCall(call: Call | null): Promise<void> {
    this.call = call;
    await (call ? store.keep('call', call) : store.forget('call'));
  }

  async #learn(): Promise<void> {
    const who = session.who;
    if (!who) return;
    const mine = encodeURIComponent(who.account.id);
    const [phones, tours, rounds, alone] = await Promise.all([
      get<Answers['GET guard-phones']>(`guard-phones?guard=${mine}`),
      get<Answers['GET guard-tours']>('guard-tours'),
      get<Answers['GET rounds']>(
        `rounds?guard=${mine}&state=walked&sort=started&order=desc&limit=1`,
      ),
      get<Answers['GET lone-guards']>('lone-guards'),
    ]);
    const phone = phones.items.find((one) => one.record.key === this.key?.public)?.record.id;
    this.me = {
      account: who.account.id,
      name: who.name,
      zone: session.zone,
      ...(phone ? { phone } : {}),
    };
    this.tours = tours.items.map((one) => one.record);
    this.alone = alone.items.find((one) => one.id === who.account.id) ?? null;
    this.round = rounds.items[0] ?? (await this.#ended());
    await store.keep('me', this.me);
    await (this.round ? store.keep('round', this.round) : store.forget('round'));
  }

  /** The round that was walked here is over: show how it was, until the next one. */
  async #ended(): Promise<Round | null> {
    if (!this.round) return null;
    const path = `rounds?id=${encodeURIComponent(this.round.id)}`;
    const { items } = await get<Answers['GET rounds']>(path);
    return items[0] ?? null;
  }

  // ---- what a guard does ------------------------------------------------------------------------

  async setOut(tour: string): Promise<void> {
    await post(`guard-tours/${encodeURIComponent(tour)}/start`);
    await this.sync();
  }
  async putAway(): Promise<void> {
    this.round = null;
    await store.forget('round');
  }

  /** The checkpoint of a tag on this round. */
  visitOf(tag: string): Visit | undefined {
    return this.round?.visits.find((visit) => visit.tag === tag);
  }
  /** It was read, and is not with the server yet. */
  isKept(tag: string): boolean {
    return this.scans.some((scan) => scan.tag === tag && scan.round === this.round?.id);
  }

  async scan(tag: string, means: store.Means): Promise<void> {
    const { round, me, key } = this;
    if (!round || !me?.phone || !key || this.isKept(tag)) return;
    const at = scanTime(Date.now());
    const signature = await signScan(key, round.id, tag, at);
    await store.addScan({ round: round.id, tag, at, phone: me.phone, signature, means });
    await this.#recount();
    await this.sync();
  }
  dismiss(at: number): void {
    this.refused = this.refused.filter((_, i) => i !== at);
  }

  async begin(everyMs: number): Promise<void> {
    await post('lone-guards/begin', { every_ms: everyMs });
    await this.sync();
  }
  async word(): Promise<void> {
    await post('lone-guards/word', {});
    await this.sync();
  }
  async end(): Promise<void> {
    await post('lone-guards/end');
    await this.sync();
  }

  /** Said once and sent until it has arrived; from then on only a person ends the alarm. */
  async help(): Promise<void> {
    if (this.call && !this.call.sent) return;
    const call = crypto.randomUUID();
    const kept = this.#keepCall({ call, at: scanTime(Date.now()), sent: false });
    await kept.catch(() => undefined); // a phone that can keep nothing calls all the same
    await this.#sendCall().catch(() => this.sync()); // nothing else is waited for
  }
  async helpSeen(): Promise<void> {
    await this.#keepCall(null);
  }
}

export const phone = new Phone();
