// Who is signed in, and the server's description of everything (the catalog).
import { get, onSignedOut, Problem } from './api.ts';
import { permits } from './shape.ts';
import type { SessionView } from '#types/api.d.ts';
import type { Catalog, RecordKind, Who } from './types.ts';

const NOWHERE = { id: '', name: '', time_zone: 'UTC' };

function whoOf(body: SessionView): Who {
  const { account, login, permissions = [], mission = NOWHERE, ...rest } = body;
  return { ...rest, permissions, mission, account: { id: account, login } };
}

class Session {
  /** unknown: not asked yet, or the server was not reached. */
  state = $state<'unknown' | 'out' | 'in'>('unknown');
  who = $state.raw<Who | null>(null);
  catalog = $state.raw<Catalog>({ records: [], lists: [], permissions: [], events: [] });
  unreachable = $state(false);
  /** The session ended while somebody was working. */
  ended = $state(false);

  constructor() {
    onSignedOut(() => {
      this.ended = this.state === 'in';
      this.state = 'out';
    });
  }

  async load(): Promise<void> {
    try {
      const who = whoOf(await get<SessionView>('session', { quiet: true }));
      this.catalog = await get<Catalog>('catalog');
      this.who = who;
      this.state = 'in';
      this.ended = false;
      this.unreachable = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.unreachable = error.status !== 401;
      if (error.status === 401) this.state = 'out';
    }
  }

  get zone(): string {
    return this.who?.mission.time_zone ?? 'UTC';
  }
  /** Nobody may do what has no permission. */
  may(permission: string | undefined): boolean {
    return permission !== undefined && permits(this.who?.permissions ?? [], permission);
  }
  kind(name: string): RecordKind | undefined {
    return this.catalog.records.find((kind) => kind.name === name);
  }
  kindOfPlural(plural: string): RecordKind | undefined {
    const { records, lists } = this.catalog;
    return [...records, ...lists].find((kind) => kind.plural === plural);
  }
  /** Where a record such as "zone/01J…" is shown. */
  addressOf(record: string): string | undefined {
    const [name = '', id = ''] = record.split('/', 2);
    const kind = this.kind(name);
    return kind && id ? `/${kind.plural}/${encodeURIComponent(id)}` : undefined;
  }
}

export const session = new Session();
