import type { DataSource, EntityMetadata } from 'typeorm';
import type { OwnAccessors } from '../core/classes.js';

/** What TypeORM makes of one class: the same functions serve every instance, for they ask `this`. */
type Accessors = ReadonlyMap<string, PropertyDescriptor>;

/**
 * The accessors that TypeORM puts on each row it loads of a class with lazy relations. What was loaded stands beside them and is
 * copied like everything else; a copy gets accessors of its own, which load the rest through the data source and never by the
 * query runner, transaction or promise of the load that the row came from.
 */
export class LazyRelations {
  readonly #dataSource: DataSource;
  /** Another data source may have the same classes, and an instance of its own would load from there. */
  readonly #getters = new WeakSet<object>();
  #metadatas: readonly EntityMetadata[] | undefined;
  readonly #accessors = new Map<object, Accessors>();

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
    if (dataSource.entityMetadatas.some(({ lazyRelations }) => lazyRelations.length > 0)) this.#watch();
  }

  of({ target, lazyRelations }: EntityMetadata): OwnAccessors | undefined {
    if (typeof target !== 'function' || lazyRelations.length === 0) return undefined;
    const prototype = target.prototype as object;
    const accessors = () => this.#accessorsOf(prototype);
    return {
      areOn: (instance) => [...accessors().keys()].every((name) => this.#isOn(instance, name)),
      refusalOf: (instance, name) => {
        if (typeof name === 'symbol' || !this.#isOn(instance, name)) return 'an accessor';
        if (Object.hasOwn(instance, `__promise_${name}__`)) return 'a lazy relation that is still being loaded';
        const others = [...accessors().keys()].every((other) => this.#isOn(instance, other));
        return others ? undefined : 'a lazy relation beside another that was replaced';
      },
      giveTo(copy) {
        for (const [name, property] of accessors()) Object.defineProperty(copy, name, property);
      },
    };
  }

  /** From now on it is known which accessors are of this data source. */
  #watch(): void {
    const loader = this.#dataSource.relationLoader;
    const enable = loader.enableLazyLoad.bind(loader);
    loader.enableLazyLoad = (relation, entity, runner) => {
      enable(relation, entity, runner);
      this.#getters.add(getterOf(entity, relation.propertyName) as Getter);
    };
  }

  /** The metadata is made anew each time the data source is opened again. */
  #accessorsOf(prototype: object): Accessors {
    const { entityMetadatas, relationLoader } = this.#dataSource;
    if (this.#metadatas !== entityMetadatas) this.#accessors.clear();
    this.#metadatas = entityMetadatas;
    let accessors = this.#accessors.get(prototype);
    if (accessors === undefined) {
      const metadata = entityMetadatas.find(
        ({ target }) => typeof target === 'function' && target.prototype === prototype,
      );
      const model = {};
      for (const relation of metadata?.lazyRelations ?? []) relationLoader.enableLazyLoad(relation, model);
      const made = Object.entries(Object.getOwnPropertyDescriptors(model));
      accessors = new Map(made.map(([name, property]) => [name, bearingFrost(property)]));
      for (const property of accessors.values()) this.#getters.add(getterIn(property) as Getter);
      this.#accessors.set(prototype, accessors);
    }
    return accessors;
  }

  #isOn(instance: object, name: string): boolean {
    const getter = getterOf(instance, name);
    return getter !== undefined && this.#getters.has(getter);
  }
}

type Getter = () => unknown;

function getterOf(instance: object, name: string): Getter | undefined {
  const property = Object.getOwnPropertyDescriptor(instance, name);
  return property && getterIn(property);
}

function getterIn(property: PropertyDescriptor): Getter | undefined {
  return Reflect.get(property, 'get') as Getter | undefined;
}

/** A frozen row has no room for what is loaded, so each time it is loaded for a twin of it. */
function bearingFrost(property: PropertyDescriptor): PropertyDescriptor {
  const getter = getterIn(property) as Getter;
  return {
    ...property,
    get(this: object): unknown {
      const prototype = Object.getPrototypeOf(this) as object;
      const row = Object.isFrozen(this) ? Object.assign(Object.create(prototype) as object, this) : this;
      return Reflect.apply(getter, row, []);
    },
  };
}
