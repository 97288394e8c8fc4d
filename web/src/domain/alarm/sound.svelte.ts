// The sound of the control post: tones made by the browser itself, one pattern for each priority,
// repeated until somebody takes what rings. One sound at a time: the most urgent. Two patterns
// never differ by loudness alone.
import { isRinging, type Alarm } from './model.ts';

export type Voice = 'duress' | 'urgent' | 'high' | 'medium' | 'low' | 'line';

/** [from, length, pitch]: seconds and hertz. */
type Tone = [number, number, number];

const patterns: Record<Voice, { tones: Tone[]; every_ms: number }> = {
  // Two pitches without a pause, as no other.
  duress: {
    tones: [0, 0.5, 1, 1.5].flatMap<Tone>((at) => [
      [at, 0.25, 960],
      [at + 0.25, 0.25, 640],
    ]),
    every_ms: 2000,
  },
  urgent: {
    tones: [0, 0.18, 0.36, 0.72, 0.9].map<Tone>((at) => [at, 0.12, 880]),
    every_ms: 2500,
  },
  high: { tones: [0, 0.3, 0.6].map<Tone>((at) => [at, 0.2, 740]), every_ms: 4000 },
  medium: { tones: [0, 0.35].map<Tone>((at) => [at, 0.25, 590]), every_ms: 10000 },
  low: { tones: [[0, 0.35, 440]], every_ms: 30000 },
  // The connection is lost: falling.
  line: { tones: [0, 0.25, 0.5].map<Tone>((at, i) => [at, 0.25, 520 - 130 * i]), every_ms: 6000 },
};
const order: Voice[] = ['duress', 'urgent', 'high', 'line', 'medium', 'low'];

function voiceOf(alarm: Alarm): Voice | undefined {
  if (alarm.lane) return 'duress';
  return alarm.priority === 'note' ? undefined : alarm.priority;
}

class Sound {
  /** The browser lets pages sound only after a key or a click. */
  blocked = $state(true);
  off = $state(localStorage.getItem('post-sound') === 'off');
  voice = $state<Voice | undefined>();
  ringing = $state(0);
  silenced = $state(0);

  #context: AudioContext | null = null;
  #hushed = new Set<string>();
  #timer = 0;
  #played: Voice | undefined;
  #unlock = () => void this.#open();

  start(): () => void {
    for (const kind of ['keydown', 'pointerdown'] as const)
      addEventListener(kind, this.#unlock, { capture: true });
    // Some browsers allow it from the start, as a control post is set up to.
    void this.#open();
    return () => {
      for (const kind of ['keydown', 'pointerdown'] as const)
        removeEventListener(kind, this.#unlock, { capture: true });
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.voice = this.#played = undefined;
      void this.#context?.close();
      this.#context = null;
      this.blocked = true;
    };
  }

  use(on: boolean): void {
    this.off = !on;
    localStorage.setItem('post-sound', on ? 'on' : 'off');
    this.#play();
  }

  /** What rings anew sounds again. */
  renew(ids: Iterable<string>): void {
    for (const id of ids) this.#hushed.delete(id);
  }

  /** Judge what is to be heard. `lost`: the screen does not hear the server. */
  hear(alarms: Iterable<Alarm>, now: number, lost: boolean): void {
    const ring = new Set<string>();
    let voice: Voice | undefined;
    let heard = 0;
    const raise = (id: string, one: Voice | undefined) => {
      if (!one) return;
      ring.add(id);
      if (this.#hushed.has(id)) return;
      heard++;
      if (!voice || order.indexOf(one) < order.indexOf(voice)) voice = one;
    };
    for (const alarm of alarms) if (isRinging(alarm, now)) raise(alarm.id, voiceOf(alarm));
    if (lost) raise('line', 'line');
    for (const id of this.#hushed) if (!ring.has(id)) this.#hushed.delete(id);
    this.ringing = heard;
    this.silenced = this.#hushed.size;
    this.voice = voice;
    if (voice !== this.#played) this.#play();
  }

  /** Only what sounds now; the next alarm is heard. */
  hush(alarms: Iterable<Alarm>, now: number, lost: boolean): void {
    const all = [...alarms];
    for (const alarm of all) if (isRinging(alarm, now)) this.#hushed.add(alarm.id);
    if (lost) this.#hushed.add('line');
    this.hear(all, now, lost);
  }

  async #open(): Promise<void> {
    this.#context ??= new AudioContext();
    const context = this.#context;
    context.onstatechange = () => (this.blocked = context.state !== 'running');
    if (context.state !== 'running') await context.resume().catch(() => {});
    this.blocked = context.state !== 'running';
  }

  #play(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#played = this.voice;
    if (!this.voice || this.off) return;
    const { tones, every_ms } = patterns[this.voice];
    const context = this.#context;
    if (context?.state === 'running')
      for (const [from, length, pitch] of tones) this.#tone(context, from, length, pitch);
    this.#timer = window.setTimeout(() => this.#play(), every_ms);
  }

  #tone(context: AudioContext, from: number, length: number, pitch: number): void {
    const at = context.currentTime + 0.02 + from;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.type = 'triangle';
    tone.frequency.value = pitch;
    // No clicks: it swells and fades.
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.35, at + 0.015);
    gain.gain.setValueAtTime(0.35, at + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, at + length);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}

export const sound = new Sound();
