// JSON text put together as bytes: an entry's columns hold tens of thousands of numbers, and texts joined from them cost more than the fold.

/** JSON that is written already. `packJson` takes it as it is. */
export class JsonBytes {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  toJSON(): unknown {
    return JSON.parse(Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length).toString());
  }
}

const POWERS = Array.from({ length: 16 }, (_, n) => 10 ** n);
/** Decimals of this many digits and fewer have one double each, and a double names at most one of them. */
const SURE = 1e15;
/** Below it whole numbers are divided as 32-bit integers. */
const INT = 2 ** 31;

export class JsonWriter {
  private bytes = new Uint8Array(64 * 1024);
  private length = 0;

  /** What was written since the last call; the bytes are the caller's. */
  take(): Uint8Array {
    const out = this.bytes.slice(0, this.length);
    this.length = 0;
    return out;
  }
  private room(more: number): void {
    const need = this.length + more;
    if (need <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(need, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
  byte(c: number): void {
    if (this.length === this.bytes.length) this.room(1);
    this.bytes[this.length++] = c;
  }
  /** Takes the last byte back. */
  back(): void {
    this.length--;
  }
  put(more: Uint8Array): void {
    this.room(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }
  /** As few bytes of a few names: a call into native code costs more than a loop. */
  ascii(text: string): void {
    this.room(text.length);
    const { bytes } = this;
    let p = this.length;
    for (let i = 0; i < text.length; i++) bytes[p++] = text.charCodeAt(i);
    this.length = p;
  }
  /** Any text that is JSON. */
  json(text: string): void {
    this.put(Buffer.from(text));
  }
  /** @param n a whole number below 10^13 */
  private digits(n: number, least: number): void {
    let width = least;
    while (n >= (POWERS[width] as number)) width++;
    const { bytes } = this;
    let rest = n;
    for (let p = this.length + width - 1; p >= this.length; p--) {
      const tenth = rest < INT ? (rest / 10) | 0 : Math.floor(rest / 10);
      bytes[p] = 0x30 + (rest - 10 * tenth);
      rest = tenth;
    }
    this.length += width;
  }
  /** As JSON.stringify writes it. @param x finite */
  number(x: number): void {
    this.room(32);
    // Most counts of a batch are below ten.
    if (x >= 0 && x < 10 && x === (x | 0)) {
      this.bytes[this.length++] = 0x30 + x;
      return;
    }
    const size = Math.abs(x);
    if (size >= SURE / 100 || (size < 0.01 && x !== 0)) {
      this.ascii(String(x));
      return;
    }
    const whole = Math.floor(size);
    const cents = Math.round(size * 100);
    // Two decimals are what most amounts have. Its shortest text is this one, when it is the double of that decimal at all.
    if (whole !== size && cents / 100 !== size) {
      this.ascii(String(x));
      return;
    }
    if (x < 0) this.byte(0x2d);
    this.digits(whole, 1);
    if (whole === size) return;
    this.byte(0x2e);
    const part = cents - whole * 100;
    if (part % 10 === 0) this.digits(part / 10, 1);
    else this.digits(part, 2);
  }
}
