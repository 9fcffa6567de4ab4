/** A part that cannot be written, and what it is. */
export class Unwritable extends Error {
  constructor(
    readonly culprit: object,
    readonly what: string,
  ) {
    super(what);
  }
}
