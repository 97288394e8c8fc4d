// Live events, one connection for all pages of a browser: whoever holds the lock has the
// connection and tells the others. Each page judges for itself how old what it hears is.
import { get } from './api.ts';
import { session } from './session.svelte.ts';
import type { LedgerEvent } from './types.ts';

/** The server's ping comes this often (LIVE_PING_MS); past it by the grace is stale: within three
 * seconds of the last word, whatever is shown says that it may be old. */
const PING_MS = 1000;
const GRACE_MS = 1500;
const JUDGE_MS = 250;
const AGAIN_MS = 5000;
/** What a message takes on its way is not taken for another time. */
const APART_MS = 400;
/** The first event is told at once; what follows within this time is told together, and drawn once.
 * A storm is a thousand events a second, and a page that draws each shows them ever later. */
const GATHER_MS = 50;

export type Line = 'connecting' | 'live' | 'stale' | 'offline';
type Ping = { size: number; now: string; writing?: 'full' | 'failing' };
type Heard =
  | { type: 'events'; events: LedgerEvent[] }
  | ({ type: 'ping' } & Ping)
  | { type: 'down' }
  | { type: 'again' };

class Live {
  line = $state<Line>('connecting');
  /** When we last heard anything, by this machine's clock. */
  heard = $state(0);
  size = $state(0);
  /** Why nothing can be recorded now; absent when it can. */
  writing = $state<Ping['writing']>();
  now = $state(Date.now());
  /** The server's clock less this machine's, as far as it has told it. */
  #skew = $state(0);
  /** What it said last. Twice the same: it stands, as the demonstration's can, and this is it. */
  #said = '';
  #stands = $state(0);

  #down = false;
  /** Something was heard since the start. */
  #open = false;
  #source: EventSource | null = null;
  #channel = new BroadcastChannel('chancery-live');
  #listeners = new Set<(event: LedgerEvent) => void>();
  #again = new Set<() => void>();
  #release: (() => void) | null = null;
  #timer = 0;
  #gathered: LedgerEvent[] = [];
  #told = 0; // when the gathered were last told, by performance.now()
  #telling = 0;

  /** `size`: events recorded before anything was loaded. What comes after them is heard, however
   * long the line takes to open. */
  start(size: number): void {
    if (this.#timer) return;
    this.size = Math.max(this.size, size);
    this.line = 'connecting';
    this.#open = false;
    this.heard = Date.now();
    this.#channel.onmessage = (message: MessageEvent<Heard>) => this.#take(message.data);
    this.#timer = window.setInterval(() => this.#judge(), JUDGE_MS);
    addEventListener('offline', () => this.#take({ type: 'down' }));
    const held = new Promise<void>((resolve) => (this.#release = resolve));
    void navigator.locks.request('chancery-live', async () => {
      if (!this.#timer) return;
      this.#connect();
      await held;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = 0;
    clearTimeout(this.#telling);
    this.#telling = 0;
    this.#gathered = [];
    this.#source?.close();
    this.#source = null;
    this.#release?.();
  }

  /** Be told of each event; gives the way to stop it. */
  on(listener: (event: LedgerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Be told when events may have been missed: what was loaded has to be asked for again. */
  onAgain(listener: () => void): () => void {
    this.#again.add(listener);
    return () => this.#again.delete(listener);
  }

  #connect(after = this.size - 1): void {
    const source = new EventSource(`/api/v1/live${after >= 0 ? `?after=${after}` : ''}`);
    this.#source = source;
    source.addEventListener('ping', (message) => {
      this.#tell({ type: 'ping', ...(JSON.parse(message.data as string) as Ping) });
    });
    const hear = (message: MessageEvent<string>) =>
      this.#gather(JSON.parse(message.data) as LedgerEvent);
    for (const { name } of session.catalog.events) source.addEventListener(name, hear);
    source.onmessage = hear;
    source.onerror = () => {
      this.#tell({ type: 'down' });
      if (source.readyState !== EventSource.CLOSED) return;
      // A refusal (not a broken line) ends an EventSource; the session may be over.
      source.close();
      void get('session').catch(() => {});
      window.setTimeout(() => {
        if (this.#source !== source || !this.#timer) return;
        // That far back it does not go: from now on, and everything anew.
        this.#connect(-1);
        this.#tell({ type: 'again' });
      }, AGAIN_MS);
    };
  }

  #gather(event: LedgerEvent): void {
    this.#gathered.push(event);
    if (this.#telling) return;
    const wait = this.#told + GATHER_MS - performance.now();
    if (wait <= 0) this.#tellGathered();
    else this.#telling = window.setTimeout(() => this.#tellGathered(), wait);
  }

  #tellGathered(): void {
    const events = this.#gathered;
    this.#gathered = [];
    this.#telling = 0;
    this.#tell({ type: 'events', events });
    this.#told = performance.now();
  }

  #tell(heard: Heard): void {
    this.#channel.postMessage(heard);
    this.#take(heard);
  }

  #take(heard: Heard): void {
    this.#down = heard.type === 'down';
    this.#open ||= heard.type === 'ping' || heard.type === 'events';
    if (heard.type === 'ping') {
      this.size = heard.size;
      this.hearTime(heard.now);
      this.writing = heard.writing;
    } else if (heard.type === 'again') {
      for (const listener of this.#again) listener();
      return;
    } else if (heard.type === 'events') {
      for (const event of heard.events) {
        this.size = Math.max(this.size, event.seq + 1);
        for (const listener of this.#listeners) listener(event);
      }
    }
    if (!this.#down) this.heard = Date.now();
    this.#judge();
  }

  #judge(): void {
    this.now = Date.now();
    const age = this.now - this.heard;
    if (this.#down) this.line = 'offline';
    else if (age > PING_MS + GRACE_MS) this.line = 'stale';
    else if (this.line !== 'connecting' || this.#open) this.line = 'live';
  }

  /** What time the server says it is, in answer to something asked for at `asked`. */
  hearTime(text: string, asked = Date.now()): void {
    this.#stands = text === this.#said ? Date.parse(text) : 0;
    this.#said = text;
    const skew = Date.parse(text) - (asked + Date.now()) / 2;
    if (Math.abs(skew - this.#skew) > APART_MS) this.#skew = skew;
  }

  /** The server's clock, as far as we know it: by it everything is so and so old. */
  get serverNow(): number {
    return this.#stands || this.now + this.#skew;
  }

  /** Seconds since anything was heard. */
  get age(): number {
    return Math.max(0, Math.round((this.now - this.heard) / 1000));
  }
}

export const live = new Live();
