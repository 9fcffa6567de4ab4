/**
 * The classes whose instances may leave the process: each has a name that is the same everywhere, and a text that changes with
 * its shape, so that what an older version of the class has written is not taken for the newer.
 */
export interface KnownClass {
  readonly name: string;
  readonly shape: string;
  readonly prototype: object;
  /** Absent: an instance is what its properties are. */
  readonly craft?: Craft | undefined;
  readonly accessors?: OwnAccessors | undefined;
}

/** For instances whose state cannot be seen from outside: what it is as plain data, and an instance made of that. */
export interface Craft {
  toCache(instance: object): unknown;
  fromCache(plain: unknown): unknown;
}

/** Accessors that instances have of their own, by somebody who can give the same to a copy. An instance has all or none. */
export interface OwnAccessors {
  areOn(instance: object): boolean;
  /** Why one that was found on an instance would be another on a copy; undefined if it would not. */
  refusalOf(instance: object, name: string | symbol): string | undefined;
  /** They work on a copy that is frozen afterwards, too. */
  giveTo(copy: object): void;
}

export class Classes {
  readonly #declared: Classes | undefined;
  readonly #byName = new Map<string, KnownClass>();
  readonly #byPrototype = new Map<object, KnownClass>();
  readonly #ambiguous = new Set<string>();
  readonly #crafts = new Map<object, Craft>();
  /** Undefined where two give the same class accessors, and nobody could tell whose an instance would be given. */
  readonly #accessors = new Map<object, OwnAccessors | undefined>();

  /** `declared`: what is known to whoever asks these, and may still grow. */
  constructor(declared?: Classes) {
    this.#declared = declared;
  }

  /**
   * Two classes of one name: neither is known, because nobody could tell which one was meant. Two names of one class: it is
   * written under the one that says how, or else under the first.
   */
  add(known: KnownClass): void {
    const { name, prototype, craft, accessors } = known;
    const other = this.#byName.get(name);
    if (other === undefined) this.#byName.set(name, known);
    else if (other.prototype !== prototype) this.#ambiguous.add(name);
    this.#byPrototype.set(prototype, moreTelling(this.#byPrototype.get(prototype), known) as KnownClass);
    if (craft !== undefined && !this.#crafts.has(prototype)) this.#crafts.set(prototype, craft);
    if (accessors === undefined) return;
    this.#accessors.set(prototype, this.#accessors.has(prototype) ? undefined : accessors);
  }

  named(name: string): KnownClass | undefined {
    if (this.#ambiguous.has(name)) return undefined;
    const own = this.#byName.get(name);
    if (this.#declared === undefined) return own;
    if (this.#declared.#ambiguous.has(name)) return undefined;
    const declared = this.#declared.named(name);
    const isOne = own === undefined || declared === undefined || own.prototype === declared.prototype;
    return isOne ? moreTelling(own, declared) : undefined;
  }

  of(prototype: object): KnownClass | undefined {
    const known = moreTelling(this.#byPrototype.get(prototype), this.#declared?.of(prototype));
    return known && this.named(known.name);
  }

  craftOf(prototype: object): Craft | undefined {
    return this.#crafts.size === 0 ? this.#declared?.craftOf(prototype) : this.#craftOf(prototype);
  }

  accessorsOf(prototype: object): OwnAccessors | undefined {
    return this.#accessors.size === 0 ? undefined : this.#accessors.get(prototype);
  }

  #craftOf(prototype: object): Craft | undefined {
    return this.#crafts.get(prototype) ?? this.#declared?.craftOf(prototype);
  }
}

/** The one that says how its instances are kept, or else the first. */
function moreTelling(first: KnownClass | undefined, second: KnownClass | undefined): KnownClass | undefined {
  return first === undefined || (first.craft === undefined && second?.craft !== undefined) ? second : first;
}

/** Nobody has said anything of any class. */
export const noClasses: Pick<Classes, 'craftOf' | 'accessorsOf'> = Object.freeze({
  craftOf: () => undefined,
  accessorsOf: () => undefined,
});
