// The keyboard map. A page adds its keys while it is shown; `?` shows them all. Single letters
// can be switched off (WCAG 2.1.4), and never act while something is being typed.
import { untrack } from 'svelte';
import type { Word } from '#types/words.d.ts';

export interface Binding {
  /** "j", "?", "Enter", "g l" (one after the other), "Ctrl+k". */
  keys: string;
  label: string;
  group: Word;
  run: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement ||
      (target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type)))
  );
}

/** Enter and the space bar belong to what has the focus, if it is there to be pressed. */
function isPressed(target: EventTarget | null, key: string): boolean {
  return (
    (key === 'Enter' || key === ' ') &&
    target instanceof Element &&
    target.closest('button, a, summary, input, [role="button"]') !== null
  );
}

class Keys {
  bindings = $state.raw<Binding[]>([]);
  /** The first letter of a pair that was pressed, until the second one. */
  pending = $state('');
  letters = $state(localStorage.getItem('letter-keys') !== 'off');
  #timer = 0;

  add(bindings: Binding[]): () => void {
    // Whoever adds its keys in an effect is not to depend on those of others.
    untrack(() => (this.bindings = [...this.bindings, ...bindings]));
    return () => {
      this.bindings = this.bindings.filter((one) => !bindings.includes(one));
    };
  }

  useLetters(on: boolean): void {
    this.letters = on;
    localStorage.setItem('letter-keys', on ? 'on' : 'off');
  }

  start(): void {
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector('dialog')) return;
    // What is typed before a page is there is meant for what it will show, and not for this one.
    if (event.key !== 'Escape' && document.querySelector('main .opening')) return;
    const control = event.ctrlKey || event.metaKey;
    if (control || event.altKey) {
      const name = `Ctrl+${event.key.toLowerCase()}`;
      if (control && !event.altKey) this.#run(name, event);
      return;
    }
    const key = event.key;
    if (isPressed(event.target, key)) return;
    if (key !== 'Escape' && (isTyping(event.target) || !this.letters)) return;
    if (this.pending) {
      const pair = `${this.pending} ${key}`;
      this.#wait('');
      this.#run(pair, event);
      return;
    }
    if (this.#run(key, event)) return;
    if (this.bindings.some((one) => one.keys.startsWith(`${key} `))) this.#wait(key);
  }

  #wait(key: string): void {
    clearTimeout(this.#timer);
    this.pending = key;
    if (key) this.#timer = window.setTimeout(() => (this.pending = ''), 1500);
  }

  #run(name: string, event: KeyboardEvent): boolean {
    const binding = this.bindings.findLast((one) => one.keys === name);
    if (!binding) return false;
    event.preventDefault();
    binding.run();
    return true;
  }
}

export const keys = new Keys();
