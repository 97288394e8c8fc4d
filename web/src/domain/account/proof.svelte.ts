// A grave act is proved when it is done: the server refuses it with the act's name, the page asks
// for the proof (Proof.svelte), and what was refused is sent again.
import { onUnproved, post } from '../../lib/api.ts';
import { signWithPasskey, type RequestJson } from './webauthn.ts';

class Proof {
  /** The act that waits for it. */
  act = $state('');
  #answer: (proved: boolean) => void = () => {};

  constructor() {
    onUnproved((act) => {
      this.#answer(false);
      this.act = act;
      return new Promise((resolve) => (this.#answer = resolve));
    });
  }

  #done(proved: boolean): void {
    this.act = '';
    this.#answer(proved);
  }
  async #send(shown: Record<string, unknown>): Promise<void> {
    await post('auth/prove', { act: this.act, ...shown });
    this.#done(true);
  }

  async byPasskey(): Promise<void> {
    const { publicKey } = await post<{ publicKey: RequestJson }>('auth/prove/options', {});
    await this.#send({ credential: await signWithPasskey(publicKey) });
  }
  byPassword = (password: string, code: string) => this.#send({ password, code });
  /** In the demonstration alone, which believes it. */
  byClick = () => this.#send({});
  stop = () => this.#done(false);
}

export const proof = new Proof();
