// What the guard does with an alarm, and how the last of it is undone.
import { post as send } from '../../lib/api.ts';
import { session } from '../../lib/session.svelte.ts';
import type { Alarm } from './model.ts';

export interface Answer {
  why: string;
  disposition: string;
  holds_ms?: number;
}

interface Undo {
  what: 'claim' | 'shelve' | 'merge' | 'split';
  alarm: string;
  run: () => Promise<unknown>;
}

const path = (alarm: string, verb: string) => `alarms/${encodeURIComponent(alarm)}/${verb}`;

class Deeds {
  /** What was done last, and can be undone. */
  undo = $state.raw<Undo | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);

  may(verb: 'act' | 'shelve' | 'end'): boolean {
    return session.may(`alarm.${verb}`);
  }

  async #do(verb: string, alarm: string, input?: object, undo: Undo | null = null) {
    this.busy = true;
    try {
      await send(path(alarm, verb), input);
      this.error = null;
      this.undo = undo;
      return true;
    } catch (problem) {
      this.error = problem;
      return false;
    } finally {
      this.busy = false;
    }
  }

  claim(alarm: Alarm, over_why = ''): Promise<boolean> {
    const run = () => send(path(alarm.id, 'release'));
    return this.#do('claim', alarm.id, over_why ? { over_why } : {}, {
      what: 'claim',
      alarm: alarm.id,
      run,
    });
  }
  release(alarm: Alarm): Promise<boolean> {
    return this.#do('release', alarm.id);
  }
  answer(alarm: Alarm, answer: Answer): Promise<boolean> {
    return this.#do('acknowledge', alarm.id, answer);
  }
  shelve(alarm: Alarm, why: string, for_ms: number): Promise<boolean> {
    const run = () => send(path(alarm.id, 'unshelve'));
    return this.#do('shelve', alarm.id, { why, for_ms }, { what: 'shelve', alarm: alarm.id, run });
  }
  unshelve(alarm: Alarm): Promise<boolean> {
    return this.#do('unshelve', alarm.id);
  }
  end(alarm: Alarm, answer: Answer & { word_of?: string }): Promise<boolean> {
    return this.#do('end', alarm.id, answer);
  }
  merge(alarm: Alarm, into: Alarm): Promise<boolean> {
    const before = alarm.team;
    const run = () =>
      before === alarm.id
        ? send(path(alarm.id, 'split'))
        : send(path(alarm.id, 'merge'), { into: before });
    return this.#do('merge', alarm.id, { into: into.id }, { what: 'merge', alarm: alarm.id, run });
  }
  split(alarm: Alarm): Promise<boolean> {
    // The server undoes a split by another one.
    const run = () => send(path(alarm.id, 'split'));
    return this.#do('split', alarm.id, {}, { what: 'split', alarm: alarm.id, run });
  }

  async undoLast(): Promise<void> {
    const { undo } = this;
    if (!undo || this.busy) return;
    this.busy = true;
    try {
      await undo.run();
      this.undo = null;
      this.error = null;
    } catch (problem) {
      this.error = problem;
    } finally {
      this.busy = false;
    }
  }
}

export const deeds = new Deeds();
