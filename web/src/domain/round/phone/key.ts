// The phone's key: made here, kept where no script can read it out, and used to sign scans.
import { keep, read } from './store.ts';

export interface OwnKey {
  pair: CryptoKeyPair;
  /** As the server has it: base64url of the 32 bytes. */
  public: string;
}

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The key of this phone, made the first time. Fails in a browser that has no Ed25519. */
export async function ownKey(): Promise<OwnKey> {
  let pair = await read<CryptoKeyPair>('key');
  if (!pair) {
    const made = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    pair = made as CryptoKeyPair;
    await keep('key', pair);
  }
  return { pair, public: base64url(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

/** A time as it is signed: without decimals that are zero. */
export function scanTime(now: number): string {
  return new Date(now).toISOString().replace(/\.?0+Z$/, 'Z');
}

/** The four lines that a scan is signed by; the server makes the same. */
export function scanMessage(round: string, tag: string, at: string): string {
  return `chancery-scan\n${round}\n${tag}\n${at}`;
}

export async function signScan(
  key: OwnKey,
  round: string,
  tag: string,
  at: string,
): Promise<string> {
  const message = new TextEncoder().encode(scanMessage(round, tag, at));
  return base64url(await crypto.subtle.sign('Ed25519', key.pair.privateKey, message));
}
