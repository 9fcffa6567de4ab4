/**
 * Knows in which order everything was committed, and since when somebody could see it: an answer is stale if what it says was
 * over, for everybody to see, before its request was sent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Entry } from './chronicle.js';
import { History, type Saying } from './history.js';

/** An answer and what it says of things, each for itself. */
export interface Answer {
  readonly who: string;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly sayings: readonly Saying[];
  /** It names everything of these kinds that is in this place: what it does not name is not there. */
  readonly whole?: { readonly place: string; readonly kinds: readonly string[] };
}

/** A write that was confirmed: from then on everybody must see it. */
export interface Confirmation {
  readonly register: string;
  readonly place: string | null;
  readonly label: string | null;
  readonly from: number;
  readonly at: number;
}

export interface Verdict {
  readonly answer: Answer;
  /** How long it had been over when it was asked for; infinite if it was never so. Undefined: it is well. */
  readonly staleMs: number | undefined;
  /** The things of which it says what was over. */
  readonly wrongAbout: readonly string[];
  readonly sentence: string;
}

/** Of what has been committed since it was asked last. */
export interface Chronicle {
  news(): Promise<readonly Entry[]>;
}

const forgottenAfterMs = 60_000;

export class Judge {
  readonly #chronicle: Chronicle;
  readonly #now: () => number;
  readonly #histories = new Map<string, History>();
  /** What is in a place, or was lately. */
  readonly #residents = new Map<string, Set<string>>();
  #answers: { readonly answer: Answer; readonly decide: (verdict: Verdict) => void }[] = [];
  #confirmations: Confirmation[] = [];
  #going = true;

  constructor(chronicle: Chronicle, now = () => performance.now()) {
    this.#chronicle = chronicle;
    this.#now = now;
  }

  /** Looks at the database until it is stopped, and judges whatever was answered before it looked. */
  async watch(): Promise<void> {
    while (this.#going) {
      await this.look();
      await pause(4);
    }
  }

  stop(): void {
    this.#going = false;
  }

  confirmed(confirmation: Confirmation): void {
    this.#confirmations.push(confirmation);
  }

  /** The verdict is given when the database has been asked once more. */
  judge(answer: Answer): Promise<Verdict> {
    return new Promise((decide) => this.#answers.push({ answer, decide }));
  }

  async look(): Promise<void> {
    const from = this.#now();
    const news = await this.#chronicle.news();
    const at = this.#now();
    for (const { register, version, place, label } of news) {
      this.#historyOf(register).enter(version, { place, label });
      if (place !== null) this.#residentsOf(place).add(register);
    }
    for (const { register } of news) this.#historyOf(register).seenAll(at);

    // What was confirmed or answered meanwhile may be newer than what was found.
    const confirmations = this.#confirmations.filter(({ at: then }) => then < from);
    this.#confirmations = this.#confirmations.filter(({ at: then }) => then >= from);
    for (const { register, from: since, at: then, ...state } of confirmations) {
      this.#historyOf(register).confirmed(state, since, then);
    }
    const ready = this.#answers.filter(({ answer }) => answer.to < from);
    this.#answers = this.#answers.filter(({ answer }) => answer.to >= from);
    for (const { answer, decide } of ready) decide(this.#verdictOn(answer));
  }

  #verdictOn(answer: Answer): Verdict {
    const { from, to, who, what } = answer;
    const wrongAbout: string[] = [];
    let staleMs: number | undefined;
    let sentence = '';
    for (const saying of [...answer.sayings, ...this.#unsaid(answer)]) {
      const history = this.#historyOf(saying.register);
      const age = history.overSince(saying, from);
      if (age === undefined) {
        history.told(saying, to);
        continue;
      }
      wrongAbout.push(saying.register);
      if (staleMs !== undefined && staleMs >= age) continue;
      staleMs = age;
      sentence = `at ${from.toFixed(0)} ${who} ${what}: ${JSON.stringify(saying)}, over for ${age.toFixed(1)} ms; ${history.around(from)}`;
    }
    return { answer, staleMs, wrongAbout, sentence };
  }

  #unsaid({ whole, sayings, from }: Answer): Saying[] {
    if (whole === undefined) return [];
    const said = new Set(sayings.map(({ register }) => register));
    const residents = this.#residentsOf(whole.place);
    const silent: Saying[] = [];
    for (const register of residents) {
      if (this.#historyOf(register).goneSince(from) > forgottenAfterMs) residents.delete(register);
      const kind = register.slice(0, register.indexOf(':'));
      if (!said.has(register) && whole.kinds.includes(kind)) silent.push({ register, outside: whole.place });
    }
    return silent;
  }

  #historyOf(register: string): History {
    let history = this.#histories.get(register);
    if (history === undefined) this.#histories.set(register, (history = new History()));
    return history;
  }

  #residentsOf(place: string): Set<string> {
    let residents = this.#residents.get(place);
    if (residents === undefined) this.#residents.set(place, (residents = new Set()));
    return residents;
  }
}
