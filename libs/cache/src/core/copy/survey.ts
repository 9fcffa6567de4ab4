/**
 * One walk over a value before it is kept: refuses what a copy would change, and notes what the copier wants to know -
 * the kind of each object, which ones are reachable twice, and the weight of it all.
 */
import { isDeepStrictEqual, types } from 'node:util';
import { type Classes, type Craft, noClasses, type OwnAccessors } from '../classes.js';
import { type Crafted, takenApart } from './crafted.js';
import { isIndex, isSlot, kindOf, type Kind } from './kind.js';
import { bytesConstructor } from './builtin-recipe.js';
import { CRAFTED, KEYS, pathOf, type Step, VALUES } from './path.js';
import { Uncopyable } from './uncopyable.js';
import { bigintWeight, HOLDER, MEMBER, numberWeight, SHELL, stringWeight } from './weight.js';

// Copying recurses: this many levels fit into any stack that is left.
const DEEPEST = 500;

interface Window {
  readonly start: number;
  readonly end: number;
  readonly steps: readonly Step[];
}

/** Why a caller cannot keep an object that the survey itself would accept. */
export type Unwanted = (value: object, kind: Kind) => string | undefined;

/** What the survey has to know of classes, where an instance is not what its properties are. */
export type Customs = Pick<Classes, 'craftOf' | 'accessorsOf'>;

export class Survey {
  readonly kinds = new Map<object, Kind>();
  readonly shared = new Set<object>();
  readonly crafted = new Map<object, Crafted>();
  /** Instances with accessors of their own that a copy is given anew. */
  readonly accessors = new Map<object, OwnAccessors>();
  weight = HOLDER;
  readonly #customs: Customs;
  readonly #unwanted: Unwanted;
  readonly #steps: Step[] = [];
  readonly #windows = new Map<object, Window[]>();
  /** In the plain data of which crafted instance objects stand; those outside of any are not listed. */
  readonly #homes = new Map<object, object>();
  #home: object | undefined;

  constructor(value: unknown, customs: Customs = noClasses, unwanted: Unwanted = () => undefined) {
    this.#customs = customs;
    this.#unwanted = unwanted;
    this.#visit(value);
    this.#refuseOverlaps();
  }

  readonly #refuse = (what: string): never => {
    throw new Uncopyable(pathOf('result', this.#steps), what);
  };

  #visit(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.weight += stringWeight(value);
        return;
      case 'number':
        this.weight += numberWeight(value);
        return;
      case 'bigint':
        this.weight += bigintWeight(value);
        return;
      case 'function':
      case 'symbol':
        this.#refuse(`a ${typeof value}`);
        return;
      case 'object':
        if (value !== null) this.#visitObject(value);
    }
  }

  #visitObject(value: object): void {
    if (this.kinds.has(value)) {
      if (this.#homes.get(value) !== this.#home)
        this.#refuse('shared between an instance that is kept as plain data and others');
      this.shared.add(value);
      return;
    }
    if (this.#steps.length > DEEPEST) this.#refuse(`nested more than ${DEEPEST} levels deep`);
    const kind = kindOf(value, this.#refuse, this.#customs);
    const reason = this.#unwanted(value, kind);
    if (reason !== undefined) this.#refuse(reason);
    this.kinds.set(value, kind);
    if (this.#home !== undefined) this.#homes.set(value, this.#home);
    this.weight += SHELL[kind];
    this.#visitContent(value, kind);
  }

  #visitContent(value: object, kind: Kind): void {
    switch (kind) {
      case 'crafted':
        this.#visitCrafted(value);
        return;
      case 'bytes':
        this.#visitBytes(value as Uint8Array<ArrayBuffer>);
        return;
      case 'view':
      case 'buffer':
        this.#visitMemory(value as DataView<ArrayBuffer> | ArrayBuffer);
        break;
      case 'map':
        this.#visitMap(value as Map<unknown, unknown>);
        break;
      case 'set':
        this.#visitSet(value as Set<unknown>);
        break;
      case 'regexp':
        this.weight += stringWeight((value as RegExp).source);
        break;
      case 'url':
        this.weight += stringWeight((value as URL).href);
        break;
      case 'box':
        if (types.isSymbolObject(value)) this.#refuse('a symbol');
        this.#visit(value.valueOf());
    }
    this.#visitProperties(value, kind);
  }

  #visitProperties(value: object, kind: Kind): void {
    const member = kind === 'array' ? MEMBER.element : MEMBER.property;
    for (const key of Reflect.ownKeys(value)) {
      if (isSlot(kind, key, value)) continue;
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      this.#steps.push(stepOf(kind, key));
      // newer engines make an error's stack an accessor; reading it gives the text it will always have
      const isStack = kind === 'error' && key === 'stack';
      this.weight += member;
      if (!('value' in property) && !isStack) this.#visitAccessor(value, kind, key);
      else {
        if (property.enumerable !== true && kind !== 'error') this.#refuse('a non-enumerable property');
        this.#visit(isStack ? (value as Error).stack : property.value);
      }
      this.#steps.pop();
    }
  }

  #visitAccessor(value: object, kind: Kind, key: string | symbol): void {
    const accessors =
      kind === 'instance' ? this.#customs.accessorsOf(Object.getPrototypeOf(value) as object) : undefined;
    if (accessors === undefined) return this.#refuse('an accessor');
    const refusal = accessors.refusalOf(value, key);
    if (refusal !== undefined) this.#refuse(refusal);
    this.accessors.set(value, accessors);
  }

  // What stands in the plain data stands nowhere else: an instance cannot be made while others are made that hold it.
  #visitCrafted(value: object): void {
    const craft = this.#customs.craftOf(Object.getPrototypeOf(value) as object) as Craft;
    const crafted = takenApart(value, craft, pathOf('result', this.#steps));
    this.crafted.set(value, crafted);
    const outer = this.#home;
    this.#home = value;
    this.#steps.push(CRAFTED);
    this.#visit(crafted.plain);
    this.#steps.pop();
    this.#home = outer;
  }

  #visitMap(map: Map<unknown, unknown>): void {
    let at = 0;
    Map.prototype.forEach.call(map, (value, key) => {
      this.#visitEntry(KEYS, at, key);
      this.#visitEntry(VALUES, at, value);
      this.weight += MEMBER.mapEntry;
      at++;
    });
  }

  #visitSet(set: Set<unknown>): void {
    let at = 0;
    Set.prototype.forEach.call(set, (value) => {
      this.#visitEntry(VALUES, at++, value);
      this.weight += MEMBER.setEntry;
    });
  }

  #visitEntry(part: symbol, at: number, value: unknown): void {
    this.#steps.push(part, at);
    this.#visit(value);
    this.#steps.length -= 2;
  }

  #visitBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#visitMemory(bytes);
    const make = bytesConstructor(bytes);
    if (make === undefined) return this.#refuse('a typed array of an unknown kind');
    // Listing the keys of a large array costs far more than comparing it with a bare view of the same memory.
    const bare = new make(bytes.buffer, bytes.byteOffset, bytes.length);
    Object.setPrototypeOf(bare, Object.getPrototypeOf(bytes) as object);
    if (!isDeepStrictEqual(bare, bytes)) this.#refuse('a typed array with properties of its own');
  }

  #visitMemory(value: Uint8Array<ArrayBuffer> | DataView<ArrayBuffer> | ArrayBuffer): void {
    const memory = ArrayBuffer.isView(value) ? value.buffer : value;
    if (types.isSharedArrayBuffer(memory)) this.#refuse('a view of a SharedArrayBuffer');
    if (Reflect.get(memory, 'resizable') === true) this.#refuse('a resizable ArrayBuffer');
    try {
      new Uint8Array(memory);
    } catch {
      this.#refuse('a detached ArrayBuffer');
    }
    const start = ArrayBuffer.isView(value) ? value.byteOffset : 0;
    const window = { start, end: start + value.byteLength, steps: [...this.#steps] };
    const windows = this.#windows.get(memory);
    if (windows === undefined) this.#windows.set(memory, [window]);
    else windows.push(window);
    this.weight += value.byteLength;
  }

  // Each view is copied on its own; two that show the same bytes would no longer do so.
  #refuseOverlaps(): void {
    for (const windows of this.#windows.values()) {
      windows.sort((one, other) => one.start - other.start);
      let end = 0;
      for (const window of windows) {
        if (window.start < end)
          throw new Uncopyable(pathOf('result', window.steps), 'a second view of the same memory');
        end = Math.max(end, window.end);
      }
    }
  }
}

function stepOf(kind: Kind, key: string | symbol): Step {
  return kind === 'array' && isIndex(key) ? Number(key) : key;
}
