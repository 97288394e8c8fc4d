// The one way to the server. Every failure is a Problem; a state-changing request says who sends
// it (X-Chancery), so that a form on a foreign page cannot.
import { write } from './json.ts';
import type { FieldFault, ProblemBody } from './types.ts';

export class Problem extends Error {
  readonly status: number;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
  /** What is wrong with the fields of what was sent, in their order. */
  get faults(): FieldFault[] {
    const { errors, pointer, rule, detail } = this.body;
    if (errors) return errors;
    return pointer === undefined ? [] : [{ pointer, rule, detail }];
  }
  /** The server was not reached at all. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

export interface Answer {
  status: number;
  text: string;
  etag: string;
  location: string;
}

let signedOut: () => void = () => {};

/** Called when the server no longer knows the session. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

let prove: (act: string) => Promise<boolean> = async () => false;

/** Called when an act has to be proved: resolves to whether that was done, and it is repeated. */
export function onUnproved(asker: (act: string) => Promise<boolean>): void {
  prove = asker;
}

export interface Send {
  body?: unknown;
  /** A file as the body, as it is. */
  file?: Blob;
  match?: string;
  signal?: AbortSignal;
  /** A 401 is an answer here, not the end of the session. */
  quiet?: boolean;
  /** Do not wait for it: the answer is a job (works.svelte.ts). */
  later?: boolean;
}

function problemOf(text: string, status: number): Problem {
  try {
    return new Problem(status, JSON.parse(text) as ProblemBody);
  } catch {
    return new Problem(status, { status });
  }
}

export async function call(method: string, path: string, send: Send = {}): Promise<Answer> {
  const headers = new Headers({ Accept: 'application/json' });
  if (method !== 'GET') headers.set('X-Chancery', '1');
  if (send.body !== undefined) headers.set('Content-Type', 'application/json');
  if (send.file) headers.set('Content-Type', 'application/octet-stream');
  if (send.later) headers.set('Prefer', 'respond-async');
  if (send.match) headers.set('If-Match', send.match);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(send.body !== undefined ? { body: write(send.body) } : {}),
      ...(send.file ? { body: send.file } : {}),
      ...(send.signal ? { signal: send.signal } : {}),
    });
    text = await response.text();
  } catch (error) {
    if (send.signal?.aborted) throw error;
    throw new Problem(0, {});
  }
  if (response.status === 401 && !send.quiet) signedOut();
  if (!response.ok) {
    const problem = problemOf(text, response.status);
    const { rule, value = '' } = problem.body;
    if (rule === 'proof' && (await prove(value))) return call(method, path, send);
    throw problem;
  }
  return {
    status: response.status,
    text,
    etag: response.headers.get('ETag') ?? '',
    location: response.headers.get('Location') ?? '',
  };
}

export async function get<T>(path: string, send: Send = {}): Promise<T> {
  return JSON.parse((await call('GET', path, send)).text) as T;
}

export async function post<T>(path: string, body?: unknown, send: Send = {}): Promise<T> {
  const answer = await call('POST', path, { ...send, body: body ?? {} });
  return (answer.text === '' ? {} : JSON.parse(answer.text)) as T;
}
