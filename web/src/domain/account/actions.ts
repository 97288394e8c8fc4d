// What sign-in, enrolment and the account page ask of the server (src/edge/auth/DESIGN.md).
import type {
  Answers,
  EnrolOptions,
  PasswordSetup,
  RecoveryView,
  SessionView,
  TokenView,
} from '#types/api.d.ts';
import { call, get, post } from '../../lib/api.ts';
import { session } from '../../lib/session.svelte.ts';
import {
  makePasskey,
  signWithPasskey,
  type CreateJson,
  type RequestJson,
} from './webauthn.ts';

export type { PasswordSetup } from '#types/api.d.ts';
export type Enrolment = Omit<EnrolOptions, 'publicKey'> & { publicKey: CreateJson };

export async function signInWithPasskey(): Promise<void> {
  const { publicKey } = await post<{ publicKey: RequestJson }>('auth/passkey/options', {});
  const credential = await signWithPasskey(publicKey);
  await post('auth/passkey', { credential }, { quiet: true });
  await session.load();
}

export async function signInWithPassword(
  login: string,
  password: string,
  code: string,
): Promise<void> {
  await post('auth/password', { login, password, code }, { quiet: true });
  await session.load();
}

export async function signInWithRecovery(
  login: string,
  code: string,
  password: string,
): Promise<void> {
  const body = { login, code, ...(password ? { password } : {}) };
  await post('auth/recovery', body, { quiet: true });
  await session.load();
}

export async function signOut(): Promise<void> {
  await call('POST', 'auth/sign-out', { quiet: true });
  location.assign('/');
}

export function readEnrolment(link: string): Promise<Enrolment> {
  return post<Enrolment>('auth/enrol/options', { link }, { quiet: true });
}

export async function enrolWithPasskey(link: string, enrolment: Enrolment, name: string) {
  const credential = await makePasskey(enrolment.publicKey);
  return post<SessionView>('auth/enrol', { link, name, credential }, { quiet: true });
}

export function enrolWithPassword(
  link: string,
  setup: PasswordSetup,
  password: string,
  code: string,
) {
  const body = { link, password, challenge: setup.challenge, code };
  return post<SessionView>('auth/enrol', body, { quiet: true });
}

export async function addPasskey(name: string): Promise<void> {
  const { publicKey } = await post<{ publicKey: CreateJson }>('passkeys/options', {});
  const credential = await makePasskey(publicKey);
  await post('passkeys', { name, credential });
}

export async function setPassword(
  setup: PasswordSetup,
  password: string,
  code: string,
  more: { old: string; end_others: boolean },
): Promise<void> {
  const { old, end_others } = more;
  const body = { password, challenge: setup.challenge, code, end_others };
  await call('PUT', 'password', { body: { ...body, ...(old ? { old } : {}) } });
}

export const passwordSetup = () => post<PasswordSetup>('password/options', {});
export const newRecoveryCodes = () => post<RecoveryView>('recovery-codes', {});
export const sessions = () => get<Answers['GET sessions']>('sessions').then((one) => one.items);
export const passkeys = () => get<Answers['GET passkeys']>('passkeys').then((one) => one.items);
export const tokens = () => get<Answers['GET tokens']>('tokens').then((one) => one.items);
export const endOthers = () => post('sessions/end-others', {});
export const endSession = (id: string) => call('DELETE', `sessions/${id}`);
export const removePasskey = (id: string) => call('DELETE', `passkeys/${id}`);
export const revokeToken = (id: string) => call('DELETE', `tokens/${id}`);
/** `sources`: for whom it may hand in signals; an empty list is nobody, undefined anybody. */
export const makeToken = (name: string, scopes: string[], expires: string, sources?: string[]) =>
  post<TokenView>('tokens', { name, scopes, expires, sources });
