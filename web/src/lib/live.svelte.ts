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
/** The first event is told at once; what follows within this time is told together, and drawn once.
 * A storm is a thousand events a second, and a page that draws each shows them ever later. */
const GATHER_MS = 50;

export type Line = 'connecting' | 'live' | 'stale' | 'offline';
type Ping = { size: number; writing?: 'full' | 'failing' };
type Heard =
  { type: 'events'; events: LedgerEvent[] } | ({ type: 'ping' } & Ping) | { type: 'down' };

class Live {
  line = $state<Line>('connecting');
  /** When we last heard anything, by this machine's clock. */
  heard = $state(0);
  size = $state(0);
  /** Why nothing can be recorded now; absent when it can. */
  writing = $state<Ping['writing']>();
  now = $state(Date.now());

  #down = false;
  #source: EventSource | null = null;
  #channel = new BroadcastChannel('chancery-live');
  #listeners = new Set<(event: LedgerEvent) => void>();
  #release: (() => void) | null = null;
  #timer = 0;
  #gathered: LedgerEvent[] = [];
  #told = 0; // when the gathered were last told, by performance.now()
  #telling = 0;

  start(): void {
    if (this.#timer) return;
    this.line = 'connecting';
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

  #connect(): void {
    const source = new EventSource('/api/v1/live');
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
        if (this.#source === source && this.#timer) this.#connect();
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
    if (heard.type === 'ping') {
      this.size = heard.size;
      this.writing = heard.writing;
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
    else if (this.line !== 'connecting' || this.size > 0) this.line = 'live';
  }

  /** Seconds since anything was heard. */
  get age(): number {
    return Math.max(0, Math.round((this.now - this.heard) / 1000));
  }
}

export const live = new Live();
