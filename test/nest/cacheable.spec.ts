// Classes that are no entities, and what becomes of fields that must not leave: on a miss, from memory and from Redis.
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Inject,
  Injectable,
  UseInterceptors,
  type INestApplication,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Cache, Cacheable, Cached, type CacheableOptions, type CacheModuleOptions } from '@data-room/cache';
import { settingsFrom } from '../../libs/cache/src/nest/settings/settings.js';
import { Sharing } from '../support/sharing.js';

@Cacheable({ version: 2 })
class Money {
  readonly #cents: number;
  readonly #notes: string[];

  constructor(cents: number, notes: string[] = []) {
    this.#cents = cents;
    this.#notes = notes;
  }

  static toCache(money: Money) {
    return { cents: money.#cents, notes: money.#notes };
  }

  static fromCache({ cents, notes }: ReturnType<typeof Money.toCache>): Money {
    return new Money(cents, notes);
  }

  get text(): string {
    return `${this.#cents} ${this.#notes.join()}`;
  }

  note(text: string): void {
    this.#notes.push(text);
  }
}

@Cacheable()
class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}

  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

class Rate {
  readonly #percent: number;

  constructor(percent: number) {
    this.#percent = percent;
  }

  get percent(): number {
    return this.#percent;
  }
}

class Place {
  city = 'Berlin';
}

class Hidden {
  readonly #state = 1;

  get state(): number {
    return this.#state;
  }
}

@Cacheable({ toCache: ({ state }: Forgetful) => state, fromCache: () => new Forgetful() })
class Forgetful {
  readonly #state = Math.random();

  get state(): number {
    return this.#state;
  }
}

let isBroken = false;

@Cacheable()
class Moody {
  readonly #state = 7;

  static toCache({ state }: Moody): number {
    return state;
  }

  static fromCache(): Moody {
    if (isBroken) throw new Error('not today');
    return new Moody();
  }

  get state(): number {
    return this.#state;
  }
}

@Injectable()
class Shop {
  loads = 0;

  #loaded<T>(value: T): T {
    this.loads++;
    return value;
  }

  @Cached()
  async wallet() {
    const coin = new Money(5, ['found']);
    return this.#loaded({ coins: [coin, coin, new Money(1)], byName: new Map([['a', new Money(2)]]) });
  }

  @Cached()
  async points(): Promise<Point[]> {
    return this.#loaded([new Point(3, 4), new Point(0, 0)]);
  }

  @Cached()
  async rates(): Promise<Rate[]> {
    return this.#loaded([new Rate(19), new Rate(7)]);
  }

  @Cached()
  async place(): Promise<{ readonly places: Place[] }> {
    return this.#loaded({ places: [new Place()] });
  }

  @Cached()
  async hidden() {
    return this.#loaded({ items: [1, { owner: new Hidden() }] });
  }

  @Cached()
  async forgetful() {
    return this.#loaded([{ of: new Forgetful() }]);
  }

  @Cached()
  async moody(): Promise<Moody> {
    return this.#loaded(new Moody());
  }

  @Cached({ copy: 'freeze' })
  async frozen(): Promise<Money> {
    return this.#loaded(new Money(3));
  }
}

const hooks = {
  version: 1,
  toCache: (rate: Rate) => rate.percent,
  fromCache: (percent: number) => new Rate(percent),
};
const options: CacheModuleOptions = { classes: [[Rate, hooks]] };

describe('an instance', () => {
  let sharing: Sharing;
  beforeAll(async () => {
    sharing = await Sharing.start([], { providers: [Shop] }, options);
  });
  beforeEach(() => sharing.one.get(Cache).clear());
  afterEach(() => void (isBroken = false));
  afterAll(() => sharing.stop());

  /** What was loaded, what came from memory, and what another process found in Redis. */
  async function threeTimes<T>(method: string, read: (shop: Shop) => Promise<T>): Promise<[T, T, T]> {
    const [one, other] = sharing.both(Shop);
    const before = one.loads + other.loads;
    const loaded = await read(one);
    const kept = await read(one);
    await sharing.shared(`Shop.${method}`);
    const found = await read(other);
    expect(one.loads + other.loads - before).toBe(1);
    return [loaded, kept, found];
  }

  const textsOf = ({ coins, byName }: Awaited<ReturnType<Shop['wallet']>>) =>
    [...coins, byName.get('a')!].map((coin) => (coin instanceof Money ? coin.text : 'another'));

  it('with private fields is kept as its class says, and is nobody else’s', async () => {
    const wallets = await threeTimes('wallet', (shop) => shop.wallet());

    for (const wallet of wallets) {
      expect(textsOf(wallet)).toEqual(['5 found', '5 found', '1 ', '2 ']);
      // one coin stood there twice
      expect(wallet.coins[0]).toBe(wallet.coins[1]);
      wallet.coins[0]!.note('spent');
    }
    expect(new Set(wallets.map(({ coins }) => coins[0])).size).toBe(3);
    for (const shop of sharing.both(Shop))
      expect(textsOf(await shop.wallet())).toEqual(['5 found', '5 found', '1 ', '2 ']);
  });

  it('of a class that is decorated, or listed among the options, is shared', async () => {
    for (const points of await threeTimes('points', (shop) => shop.points()))
      expect(points.map((point) => point instanceof Point && point.length)).toEqual([5, 0]);
    for (const rates of await threeTimes('rates', (shop) => shop.rates()))
      expect(rates.map((rate) => rate instanceof Rate && rate.percent)).toEqual([19, 7]);
  });

  it('of another class is kept in memory and not shared, and that is said once with its place', async () => {
    const [one, other] = sharing.both(Shop);
    const before = one.loads + other.loads;

    for (const shop of [one, one, other, other]) expect((await shop.place()).places[0]).toBeInstanceOf(Place);

    expect(one.loads + other.loads - before).toBe(2);
    const sentence =
      'Shop.place is kept by each process for itself: result.places[0] is an instance of Place, which is not known: ' +
      '@Cacheable() makes it so';
    const said = () => sharing.warnings.filter((line) => line.startsWith('Shop.place'));
    // by each of them, and nobody waits for what they tell the other
    for (let tries = 0; said().length < 2 && tries < 500; tries++) await pause(10);
    expect(said()).toEqual([sentence, sentence]);
  });

  it.each<[string, (shop: Shop) => Promise<unknown>, RegExp]>([
    ['hides its state', (shop) => shop.hidden(), /result\.items\[1\]\.owner is an instance of Hidden, whose private/],
    ['does not come back as it was', (shop) => shop.forgetful(), /result\[0\]\.of is an instance of Forgetful whose/],
    ['cannot be frozen', (shop) => shop.frozen(), /result is an instance whose state is hidden and cannot be frozen/],
  ])('that %s is answered from the source, and that is said once with its place', async (_, read, sentence) => {
    const shop = sharing.one.get(Shop);
    const before = shop.loads;

    await read(shop);
    await read(shop);

    expect(shop.loads - before).toBe(2);
    const said = sharing.warnings.filter((line) => sentence.test(line));
    expect(said).toEqual([expect.stringMatching(/^Shop\.\w+ is answered from the source each time: /)]);
  });

  it('that its class does not make any more is loaded, wherever it was kept', async () => {
    const [one, other] = sharing.both(Shop);
    await threeTimes('moody', (shop) => shop.moody());
    const before = one.loads + other.loads;
    isBroken = true;

    for (const shop of [one, other]) expect((await shop.moody()).state).toBe(7);

    expect(one.loads + other.loads - before).toBe(2);
  });
});

describe('while processes are replaced one by one', () => {
  it.each<[string, CacheableOptions]>([
    ['of another version', { ...hooks, version: 2 }],
    ['of one that keeps no such instances yet', { version: 1 }],
  ])('what others keep is not read by those %s, and nobody is warned', async (_, said) => {
    const sharing = await Sharing.start([], { providers: [Shop] }, options, { classes: [[Rate, said]] });
    const [one, other] = sharing.both(Shop);
    await one.rates();
    await sharing.shared('Shop.rates');

    expect((await other.rates()).map(({ percent }) => percent)).toEqual([19, 7]);

    expect([one.loads, other.loads]).toEqual([1, 1]);
    expect(sharing.warnings.filter((line) => line.includes('Redis'))).toEqual([]);
    await sharing.stop();
  });
});

describe('what is said of classes', () => {
  class Half {
    static toCache(): number {
      return 1;
    }
  }
  const nameless = (() => class {})();

  it.each<[string, CacheModuleOptions['classes'], RegExp]>([
    ['half of it', [Half], /Half must have both toCache and fromCache/],
    ['of none', [[Point, { name: '' }]], /must have a name/],
    ['without a name', [nameless], /must have a name/],
    ['in no list', {} as never, /classes of CacheModule must be a list/],
    ['of no class', ['Money' as never], /classes of CacheModule must be a list/],
    ['with an odd version', [[Point, { version: {} as never }]], /version of Point must be/],
  ])('stops the boot if it is %s', (_, classes, sentence) => {
    expect(() => settingsFrom({ classes }, {})).toThrow(sentence);
  });

  it('is refused where a decorator says it', () => {
    expect(() => Cacheable()(Half)).toThrow(/CACHE_OPTIONS_INVALID: Half must have both/);
  });
});

@Entity()
class Account {
  @PrimaryColumn() id: number;
  @Column() email: string;
  @Column() passwordHash: string;
}

/** What class-transformer, which is not a package of this project, does with `@Exclude()`: it goes by an object's class. */
const excluded = new Map<unknown, readonly string[]>([[Account, ['passwordHash']]]);
const transformerPackage = {
  classToPlain(value: object): object {
    const without = excluded.get(value.constructor) ?? [];
    return Object.fromEntries(Object.entries(value).filter(([name]) => !without.includes(name)));
  },
  plainToInstance: () => {
    throw new Error('not asked for');
  },
};

@Controller('accounts')
class Accounts {
  loads = 0;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Get()
  @UseInterceptors(new ClassSerializerInterceptor(new Reflector(), { transformerPackage }))
  @Cached()
  async all(): Promise<Account[]> {
    this.loads++;
    return this.dataSource.getRepository(Account).find();
  }

  @Get('bare')
  @Cached()
  async bare(): Promise<Account[]> {
    return this.dataSource.getRepository(Account).find();
  }
}

describe('a field that Nest’s serializer leaves out', () => {
  it('is left out of what was loaded, of what was kept in memory, and of what was found in Redis', async () => {
    const sharing = await Sharing.start([Account], { controllers: [Accounts] });
    await sharing.dataSource.manager.insert(Account, { id: 1, email: 'a@b.c', passwordHash: 'secret' });
    const listen = async (app: Sharing['one']): Promise<INestApplication> => {
      const nest = app.createNestApplication({ logger: false });
      await nest.listen(0, '127.0.0.1');
      return nest;
    };
    const [one, other] = [await listen(sharing.one), await listen(sharing.other)];
    const ask = async (app: INestApplication, path = '') =>
      (await fetch(`${await app.getUrl()}/accounts${path}`)).text();

    const answers = [await ask(one), await ask(one)];
    await sharing.shared('Accounts.all');
    answers.push(await ask(other));

    expect(answers).toEqual(Array.from(answers, () => '[{"id":1,"email":"a@b.c"}]'));
    expect([one, other].map((app) => app.get(Accounts).loads)).toEqual([1, 0]);
    // It is there, for who does not ask the serializer.
    expect(await ask(one, '/bare')).toContain('secret');
    for (const app of [one, other]) (app.getHttpServer() as Server).close().closeAllConnections();
    await sharing.stop();
  });
});
