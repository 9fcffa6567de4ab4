import { Injectable } from '@nestjs/common';
import { Cacheable, Cached } from '@data-room/cache';

@Cacheable({ version: 1 }) // to be put up when instances get other properties
export class Money {
  readonly #cents: number;

  constructor(cents: number) {
    this.#cents = cents;
  }

  // only with private fields: what nobody can see from outside, and an instance made of it
  static toCache(money: Money): number {
    return money.#cents;
  }

  static fromCache(cents: number): Money {
    return new Money(cents);
  }

  get text(): string {
    return (this.#cents / 100).toFixed(2);
  }
}

@Injectable()
export class PriceService {
  asked = 0;

  @Cached({ ttl: '1h' })
  async prices(): Promise<ReadonlyMap<string, Money>> {
    this.asked++;
    return new Map([['page', new Money(15)]]);
  }
}
