/** A call that cannot be meant: wrong option, missing word, value of another form. Ends with exit code 2. */
export class CallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CallError';
  }
}
