// What the browser's producer needs of a browser. Tests bring their own, with a clock that they move by hand.
type Listen = (type: string, listener: (event: { readonly persisted?: boolean }) => void) => void;

export type Env = {
  fetch(url: string, init: object): Promise<{ readonly status: number; json(): Promise<unknown> }>;
  setTimeout(then: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  addEventListener: Listen;
  readonly Blob: new (parts: readonly string[], options: { type: string }) => object;
  readonly Date: { now(): number };
  readonly crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
  readonly location: { readonly href: string; readonly origin: string };
  readonly history: { pushState(...args: unknown[]): void };
  readonly document: {
    readonly visibilityState: string;
    readonly prerendering?: boolean;
    addEventListener: Listen;
  };
  readonly navigator: {
    readonly onLine?: boolean;
    sendBeacon?(url: string, body: object): boolean;
    /** Only where the page came by https, or from this machine. */
    readonly locks?: {
      request(
        name: string,
        options: object,
        held: (lock: object | null) => Promise<unknown> | undefined,
      ): Promise<unknown>;
    };
  };
  /** Reading it throws where the user forbids it. */
  readonly localStorage: {
    readonly length: number;
    key(i: number): string | null;
    getItem(key: string): string | null;
    setItem(key: string, text: string): void;
    removeItem(key: string): void;
  };
};

/** 128 random bits as 32 hex digits. randomUUID is missing on pages that came by plain http. */
export const freshId = (env: Env): string =>
  [...env.crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
