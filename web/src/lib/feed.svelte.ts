// Something of the server's that is kept up to date while somebody looks at it: asked for once for
// all who look, and again when an event touches it, at most once a second.
import { get, Problem } from './api.ts';
import { live } from './live.svelte.ts';
import type { LedgerEvent } from './types.ts';

const EVERY_MS = 1000;
const AGAIN_MS = 3000;
const PATIENCE_MS = 20_000;

export class Feed<T> {
  /** Absent until the first answer: what is not known is never shown as nothing. */
  value = $state.raw<T | undefined>();
  /** Why it could not be asked for; what was known stays, and it is asked for again. */
  error = $state.raw<unknown>(null);

  #users = 0;
  #stop = () => {};
  #timer = 0;
  #asked = 0;
  #busy = false;
  #touched = false;
  readonly #ask: () => Promise<T>;
  readonly #concerns: (event: LedgerEvent) => boolean;

  constructor(ask: () => Promise<T>, concerns: (event: LedgerEvent) => boolean) {
    this.#ask = ask;
    this.#concerns = concerns;
  }

  /** The answer of an address as it stands. */
  static of<T>(path: string, concerns: (event: LedgerEvent) => boolean): Feed<T> {
    return new Feed(() => get<T>(path, { signal: AbortSignal.timeout(PATIENCE_MS) }), concerns);
  }

  /** Look at it; gives the way to look away. Made for `$effect(() => feed.use())`. */
  use(): () => void {
    if (this.#users++ === 0) {
      const offs = [
        live.on((event) => this.#concerns(event) && this.touch()),
        live.onAgain(() => this.touch()),
      ];
      this.#stop = () => offs.forEach((off) => off());
      this.touch();
    }
    return () => {
      if (--this.#users > 0) return;
      this.#stop();
      clearTimeout(this.#timer);
      this.#timer = 0;
    };
  }

  /** It has changed: ask for it again, soon. */
  touch(): void {
    this.#touched = true;
    if (this.#busy) return;
    this.#later(Math.max(0, this.#asked + EVERY_MS - performance.now()));
  }

  #later(ms: number): void {
    if (this.#timer || this.#users === 0) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      void this.#load();
    }, ms);
  }

  async #load(): Promise<void> {
    this.#busy = true;
    this.#touched = false;
    this.#asked = performance.now();
    let wait = EVERY_MS;
    try {
      this.value = await this.#ask();
      this.error = null;
    } catch (problem) {
      this.error = problem;
      // A refusal stays one; whatever else went wrong may be over soon.
      this.#touched ||= !(problem instanceof Problem) || problem.status >= 500;
      wait = AGAIN_MS;
    }
    this.#busy = false;
    if (this.#touched) this.#later(wait);
  }
}
