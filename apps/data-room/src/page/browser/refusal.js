// @ts-check

/** An answer that is none, as a sentence for people. */
export class Refusal extends Error {
  /**
   * @param {number} status 0: there was no answer
   * @param {string} sentence
   */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }

  static silence() {
    return new Refusal(0, 'The server does not answer. Check the connection and try again.');
  }

  /**
   * @param {number} status
   * @param {string} text the body of the answer: JSON with one message or several, if it comes from the API
   */
  static from(status, text) {
    return new Refusal(status, sentenceIn(text) ?? `The server answered with ${status} and gave no reason.`);
  }
}

/**
 * What to tell people about anything that was thrown.
 * @param {unknown} error
 */
export function sentenceOf(error) {
  if (error instanceof Refusal) return error.message;
  console.error(error);
  return 'Something went wrong on this page. Reload it and try again.';
}

/** @param {string} text */
function sentenceIn(text) {
  try {
    /** @type {{ message?: string | string[] }} */
    const { message = [] } = JSON.parse(text);
    return [message].flat().map(sentence).join(' ') || undefined;
  } catch {
    return undefined; // a proxy's page, or half an answer
  }
}

/** `name: must not be empty` → `Name must not be empty.` @param {string} message */
function sentence(message) {
  const text = message.replace(/^(\w+): /, '$1 ');
  if (text === '') return '';
  return text[0]?.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}
