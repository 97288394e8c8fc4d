// Passkeys: the server's options become the browser's, and its answer JSON again. All bytes are
// base64url without padding.

function toBytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (ch) => ch.charCodeAt(0)).buffer;
}

export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === 'function' && isSecureContext;
}

interface Listed {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}
export interface RequestJson {
  challenge: string;
  rpId?: string;
  timeout?: number;
  userVerification?: UserVerificationRequirement;
  allowCredentials?: Listed[];
}
export interface CreateJson {
  challenge: string;
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout?: number;
  attestation?: AttestationConveyancePreference;
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  excludeCredentials?: Listed[];
}

const listed = (list: Listed[]) => list.map((one) => ({ ...one, id: toBytes(one.id) }));

export async function signWithPasskey(json: RequestJson): Promise<unknown> {
  const { challenge, allowCredentials, ...rest } = json;
  const credential = await navigator.credentials.get({
    publicKey: {
      ...rest,
      challenge: toBytes(challenge),
      ...(allowCredentials ? { allowCredentials: listed(allowCredentials) } : {}),
    },
  });
  return (credential as PublicKeyCredential).toJSON();
}

export async function makePasskey(json: CreateJson): Promise<unknown> {
  const { challenge, user, excludeCredentials, ...rest } = json;
  const credential = await navigator.credentials.create({
    publicKey: {
      ...rest,
      challenge: toBytes(challenge),
      user: { ...user, id: toBytes(user.id) },
      ...(excludeCredentials ? { excludeCredentials: listed(excludeCredentials) } : {}),
    },
  });
  return (credential as PublicKeyCredential).toJSON();
}

/** What this device is called when nobody says: the browser and the system. */
export function deviceName(agent: string): string {
  const system = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux'].find((one) =>
    agent.includes(one),
  );
  const browser = ['Edg', 'Firefox', 'Chrome', 'Safari'].find((one) => agent.includes(one));
  return [browser === 'Edg' ? 'Edge' : browser, system].filter(Boolean).join(', ') || 'Browser';
}
