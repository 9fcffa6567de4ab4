// Everybody asks for everything on all instances at once, and each answer is held against the oracle's and the audiences.
import type { Answer } from './caller.js';
import { isPlain, plainRequests, queried, withQuery, type Known, type Request } from './filling.js';
import { difference, textsIn, type Audiences } from './judge.js';
import type { Route } from './route.js';

type Ask = (place: string, who: string, request: Request) => Promise<Answer>;

export interface Scene {
  readonly ask: Ask;
  /** The same, by connections that do not stand in the way of the others. */
  readonly askMeanwhile: Ask;
  /** Has no cache, and cannot write. */
  readonly oracle: string;
  readonly instances: readonly string[];
  readonly people: readonly string[];
  /** Some of them: what anybody may, one of these may, and one may nothing. They find out what there is. */
  readonly scouts: readonly string[];
}

export interface Finding {
  readonly kind: 'leak' | 'difference';
  readonly who: string;
  readonly sentence: string;
}

export interface Look {
  readonly findings: readonly Finding[];
  /** `instance, who, text`: what was rightly seen. */
  readonly seen: ReadonlySet<string>;
  readonly answers: number;
  /** Those that no query was needed for. */
  readonly hits: number;
}

interface Looking {
  readonly people: readonly string[];
  readonly audiences: Audiences;
  readonly concerned?: string;
}

interface Heard {
  readonly place: string;
  readonly who: string;
  readonly request: Request;
  readonly answer: Answer;
  readonly expected?: Answer;
}

interface Told extends Heard {
  /** What has an audience. */
  readonly texts: readonly string[];
}

const headStart = 60;
const refusals = [401, 403, 404];
const granted = ({ status }: Answer): boolean => status < 300;
const refused = ({ status }: Answer): boolean => refusals.includes(status);

export class Survey {
  readonly #scene: Scene;
  readonly #known = new Set<string>();
  /** With those who may. */
  readonly #reads = new Map<Request, readonly string[]>();
  /** Reads that nobody may. */
  readonly #shut: Request[] = [];
  readonly #writes: Request[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get requests(): readonly Request[] {
    return [...this.#reads.keys(), ...this.#writes];
  }

  /** Asks the oracle which requests there are a right for. What all are refused, or none, is no matter of rights. */
  async explore(routes: readonly Route[], known: Known): Promise<void> {
    const requests = routes.flatMap((route) => plainRequests(route, known));
    await Promise.all(requests.map((request) => this.#explore(request)));
    await Promise.all(
      [...this.#reads.keys()].flatMap((request) => queried(request, known)).map((one) => this.#explore(one)),
    );
    await this.#exploreCursors();
  }

  /** Everything twice on each instance, by those who may. */
  async warm(): Promise<void> {
    const { ask, instances } = this.#scene;
    for (let time = 0; time < 2; time++) {
      const asked = [...this.#reads].flatMap(([request, people]) =>
        people.flatMap((who) => instances.map((place) => ask(place, who, request))),
      );
      await Promise.all(asked);
    }
  }

  /** All requests by all people on all instances; by whom it concerns, first of all. */
  look(audiences: Audiences, concerned?: string): Promise<Look> {
    const requests = [...this.#reads.keys(), ...this.#writes];
    return this.#look(requests, { people: this.#scene.people, audiences, concerned });
  }

  /** What is refused to everybody: things of another kind, or none. */
  lookAtTheShut(audiences: Audiences): Promise<Look> {
    return this.#look(this.#shut, { people: this.#scene.scouts, audiences });
  }

  /** Reads that are under way while something changes. `judge` waits for them and takes the audiences that held meanwhile. */
  stir(people: readonly string[]): { begun: Promise<unknown>; judge: (audiences: Audiences) => Promise<Finding[]> } {
    const { askMeanwhile, instances } = this.#scene;
    const asked = [...this.#reads.keys()].flatMap((request) =>
      people.flatMap((who) =>
        instances.map(async (place) => ({ place, who, request, answer: await askMeanwhile(place, who, request) })),
      ),
    );
    const judge = async (audiences: Audiences) =>
      (await Promise.all(asked))
        .map((heard) => ({ ...heard, texts: textsIn(heard.answer, audiences) }))
        .flatMap((told) => leaks(told, audiences));
    return { begun: Promise.all(asked.slice(0, headStart)), judge };
  }

  async #look(requests: readonly Request[], { people, audiences, concerned }: Looking): Promise<Look> {
    // By turns another one is the first to ask: who may not must not profit from who may, nor the other way round.
    const asked = requests.flatMap((request, turn) =>
      people.map((_, index) => ({ request, who: people[(index + turn) % people.length]! })),
    );
    const first = asked.filter(({ who }) => who === concerned).map((one) => this.#hear(one.request, one.who));
    const others = asked.filter(({ who }) => who !== concerned);
    const { instances } = this.#scene;
    const rest = others.map(({ request, who }, turn) =>
      // Nobody but whom it concerns tries to write on all of them: the check is that of the reads, and each has its turn.
      this.#hear(request, who, request.route.method === 'GET' ? instances : [instances[turn % instances.length]!]),
    );
    const heard = (await Promise.all([...first, ...rest])).flat();
    const told = heard.map((one) => ({ ...one, texts: textsIn(one.answer, audiences) }));
    return {
      findings: [...told.flatMap((one) => leaks(one, audiences)), ...told.flatMap(differences)],
      seen: new Set(told.flatMap(({ place, who, texts }) => texts.map((text) => `${place}, ${who}, ${text}`))),
      answers: heard.length,
      hits: heard.filter(({ answer }) => answer.headers['x-cache'] === 'hit').length,
    };
  }

  async #hear(request: Request, who: string, instances = this.#scene.instances): Promise<Heard[]> {
    const { ask, oracle } = this.#scene;
    const ofOracle = ask(oracle, who, request);
    // A write is sent only where it must be refused: who may, would.
    if (request.route.method !== 'GET' && !refused(await ofOracle)) return [];
    const answers = instances.map(async (place) => ({ place, who, request, answer: await ask(place, who, request) }));
    const expected = await ofOracle;
    const byOracle = { place: oracle, who, request, answer: expected };
    return [byOracle, ...(await Promise.all(answers)).map((one) => ({ ...one, expected }))];
  }

  async #explore(request: Request): Promise<void> {
    const { ask, oracle, people, scouts } = this.#scene;
    const { method } = request.route;
    const name = `${method} ${request.path}`;
    if (this.#known.has(name)) return;
    this.#known.add(name);
    const by = (some: readonly string[]) => Promise.all(some.map((who) => ask(oracle, who, request)));
    const found = await by(scouts);
    if (method !== 'GET') {
      if (found.some(refused) && !found.every(refused)) this.#writes.push(request);
      return;
    }
    if (!found.some(granted)) {
      this.#shut.push(request);
      return;
    }
    const answers = await by(people);
    const permitted = people.filter((_, index) => granted(answers[index]!));
    this.#reads.set(request, permitted);
  }

  /** Every list is continued with each cursor that a list of the same route has given out, also one of another room. */
  async #exploreCursors(): Promise<void> {
    const { ask, oracle } = this.#scene;
    const cursors = new Map<Route, Set<string>>();
    for (const [request, [who]] of this.#reads) {
      const { text } = await ask(oracle, who!, request);
      const [, cursor] = /"nextCursor":"([^"]+)"/.exec(text) ?? [];
      if (cursor) cursors.set(request.route, (cursors.get(request.route) ?? new Set()).add(cursor));
    }
    const continued = [...this.#reads.keys()]
      .filter(isPlain)
      .flatMap((request) =>
        [...(cursors.get(request.route) ?? [])].map((cursor) => withQuery(request, 'cursor', cursor)),
      );
    await Promise.all(continued.map((request) => this.#explore(request)));
  }
}

function leaks({ place, who, request, texts }: Told, audiences: Audiences): Finding[] {
  const { method } = request.route;
  return texts
    .filter((text) => !audiences.get(text)?.has(who))
    .map((text) => ({ kind: 'leak', who, sentence: `${place} tells ${who} "${text}" on ${method} ${request.path}` }));
}

function differences({ place, who, request, answer, expected }: Heard): Finding[] {
  const wrong = expected ? difference(answer, expected) : failure(answer, request);
  const sentence = `${request.route.method} ${request.path} by ${who} on ${place} ${wrong}`;
  return wrong === undefined ? [] : [{ kind: 'difference', who, sentence }];
}

/** The oracle's own: nothing that is read may fail. */
function failure({ status, text }: Answer, { route }: Request): string | undefined {
  return route.method === 'GET' && status >= 500 ? `fails: ${status} ${text}` : undefined;
}
