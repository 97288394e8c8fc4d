// A form that has been changed is not left without being asked. The page asks (ui/Leaving); where
// the browser itself is closed or sent elsewhere, the browser does.
class Leaving {
  /** How to go on, while it is asked whether to. */
  asked = $state.raw<(() => void) | null>(null);
  #changed: (() => boolean)[] = [];

  /** Guard what is written until the returned function is called. */
  guard(changed: () => boolean): () => void {
    this.#changed.push(changed);
    return () => {
      this.#changed = this.#changed.filter((one) => one !== changed);
    };
  }
  get holds(): boolean {
    return this.#changed.some((changed) => changed());
  }

  /** Go on, at once or after the question. */
  ask(go: () => void): void {
    if (this.holds) this.asked = go;
    else go();
  }
  answer(leave: boolean): void {
    const go = this.asked;
    this.asked = null;
    if (!leave) return;
    this.#changed = [];
    go?.();
  }

  start(): void {
    addEventListener('beforeunload', (event) => {
      if (this.holds) event.preventDefault();
    });
  }
}

export const leaving = new Leaving();

/** Called while a form is made: what it has is guarded as long as it is shown. */
export function guardForm(changed: () => boolean): void {
  $effect(() => leaving.guard(changed));
}
