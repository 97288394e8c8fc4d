// What a person calls the record that a reference points to; each is asked for once.
import { SvelteMap } from 'svelte/reactivity';
import { call } from './api.ts';
import { live } from './live.svelte.ts';
import { session } from './session.svelte.ts';
import { readRow, readRows, titleOf } from './shape.ts';

class Refs {
  #names = new SvelteMap<string, string | null>();
  #asked = new Set<string>();

  constructor() {
    live.on((event) => {
      if (event.record && this.#asked.delete(event.record)) this.#names.delete(event.record);
    });
  }

  /** The name; undefined while it is being asked for; null when it may not be read or is gone. */
  name(target: string, id: string): string | null | undefined {
    const record = `${target}/${id}`;
    if (!this.#asked.has(record)) {
      this.#asked.add(record);
      queueMicrotask(() => void this.#ask(target, id, record));
    }
    return this.#names.get(record);
  }

  /** The name, when it is known: for a sentence that is made once. */
  async learn(target: string, id: string): Promise<string | null> {
    const record = `${target}/${id}`;
    if (!this.#names.has(record)) {
      this.#asked.add(record);
      await this.#ask(target, id, record);
    }
    return this.#names.get(record) ?? null;
  }

  /** It was read on another way: no need to ask. */
  know(target: string, id: string, name: string): void {
    this.#asked.add(`${target}/${id}`);
    this.#names.set(`${target}/${id}`, name);
  }

  async #ask(target: string, id: string, record: string): Promise<void> {
    const kind = session.kind(target);
    try {
      if (!kind || !session.may(kind.read)) throw new Error('not ours to read');
      const { text } = await call('GET', `${kind.plural}/${encodeURIComponent(id)}`);
      this.#names.set(record, titleOf(kind.shape, readRow(kind.shape, text).record));
    } catch {
      this.#names.set(record, null);
    }
  }

  /** Records of a kind whose texts contain these words: what a reference may point to. */
  async search(target: string, words: string, signal?: AbortSignal) {
    const kind = session.kind(target);
    if (!kind) return [];
    const query = new URLSearchParams({ limit: '20' });
    if (words) query.set('q', words);
    const { text } = await call('GET', `${kind.plural}?${query}`, signal ? { signal } : {});
    return readRows(kind.shape, text).items.map(({ record }) => {
      const id = String(record['id']);
      const name = titleOf(kind.shape, record);
      this.know(target, id, name);
      return { id, name };
    });
  }
}

export const refs = new Refs();
