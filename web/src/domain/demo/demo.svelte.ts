// The demonstration as its conductor tells it (src/main/demo_stage.h): who can be chosen, which
// scene is played, what is happening. It is asked for again and again while somebody looks: what
// it tells is in no ledger.
import { call, get, post } from '../../lib/api.ts';
import { i18n } from '../../lib/i18n.svelte.ts';

export interface DemoPerson {
  account: string;
  name: string;
  function?: string;
  role?: string;
  language?: string;
}
export type DemoState = 'setting' | 'playing' | 'waiting' | 'paused' | 'over';
export interface DemoScene {
  scene: string;
  cue: string;
  state: DemoState;
  scenes: string[];
  look?: string;
  as?: string;
}
interface DemoView {
  run: string;
  now: string;
  stage?: DemoScene;
  people?: DemoPerson[];
}
export type Wish = 'pause' | 'go-on' | 'next' | 'again';

const EVERY_MS = 500;
/** Whom this window was, and in which mission: a scene that is seen again is a new mission. */
const WAS = 'demo-was';
type Was = { account: string; run: string };

function readWas(): Was | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(WAS) ?? '') as Was;
  } catch {
    return undefined;
  }
}

class Demo {
  view = $state.raw<DemoView | undefined>();
  /** A scene is being set in a new mission: the server is away for some seconds. */
  away = $state(false);

  #users = 0;
  #timer = 0;
  #entering = false;

  /** Look at it; gives the way to look away. */
  use(): () => void {
    if (this.#users++ === 0) void this.#ask();
    return () => {
      if (--this.#users > 0) return;
      clearTimeout(this.#timer);
    };
  }

  async #ask(): Promise<void> {
    try {
      this.view = await get<DemoView>('demo', { quiet: true });
      this.away = false;
      const was = readWas();
      if (was && was.run !== this.view.run) await this.be(was.account, location.pathname);
    } catch {
      this.away = true;
    }
    if (this.#users > 0) this.#timer = window.setTimeout(() => void this.#ask(), EVERY_MS);
  }

  /** Be this person, on this page; the console begins anew. */
  async be(account: string, address = '/'): Promise<void> {
    if (this.#entering) return;
    this.#entering = true;
    try {
      const { run } = await get<DemoView>('demo', { quiet: true });
      await post('demo/sign-in', { account }, { quiet: true });
      sessionStorage.setItem(WAS, JSON.stringify({ account, run } satisfies Was));
      // The visitor's language, not that of whom they play.
      await i18n.choose(i18n.language);
      location.assign(address);
    } finally {
      this.#entering = false;
    }
  }

  /** Back to the first page. */
  async leave(): Promise<void> {
    sessionStorage.removeItem(WAS);
    await call('POST', 'auth/sign-out', { quiet: true }).catch(() => {});
    location.assign('/');
  }

  async wish(wish: Wish): Promise<void> {
    await post('demo/wish', { wish }).catch(() => {});
  }

  async wishScene(scene: string): Promise<void> {
    await post('demo/wish', { wish: 'scene', scene }).catch(() => {});
  }
}

export const demo = new Demo();
