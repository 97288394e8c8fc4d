// What the phone keeps for itself, in the browser's database: its key (which nothing can read out),
// the round that is being walked, and the scans that no net has taken yet.

const NAME = 'chancery-phone';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('own');
      request.result.createObjectStore('scans', { autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database does not open'));
  });
}

/** One transaction, done when it is on the disk. */
async function run<T>(
  store: 'own' | 'scans',
  mode: IDBTransactionMode,
  what: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' });
      const request = what(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('not kept'));
    });
  } finally {
    database.close();
  }
}

export async function read<T>(name: string): Promise<T | undefined> {
  return (await run('own', 'readonly', (store) => store.get(name))) as T | undefined;
}
export async function keep(name: string, value: unknown): Promise<void> {
  await run('own', 'readwrite', (store) => store.put(value, name));
}
export async function forget(name: string): Promise<void> {
  await run('own', 'readwrite', (store) => store.delete(name));
}

/** A scan that waits for a net. */
export interface Scan {
  round: string;
  tag: string;
  at: string;
  phone: string;
  signature: string;
  means: Means;
}
export type Means = 'nfc' | 'qr' | 'typed';

export async function waiting(): Promise<{ number: IDBValidKey; scan: Scan }[]> {
  const numbers = await run('scans', 'readonly', (store) => store.getAllKeys());
  const scans = (await run('scans', 'readonly', (store) => store.getAll())) as Scan[];
  return scans.map((scan, i) => ({ number: numbers[i] ?? i, scan }));
}
export async function addScan(scan: Scan): Promise<void> {
  await run('scans', 'readwrite', (store) => store.add(scan));
}
export async function dropScan(number: IDBValidKey): Promise<void> {
  await run('scans', 'readwrite', (store) => store.delete(number));
}
