// What the dashboard's script is put together from.
import type { Entries } from './model.js';

export type Child = Node | string | number | false | null | undefined | readonly Child[];

/** A boolean sets or leaves out, undefined leaves out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `p.hint` is a paragraph. */
export type ElementOf<Selector extends string> = Selector extends `${infer Name}.${string}`
  ? ElementOf<Name>
  : Selector extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[Selector]
    : never;

export interface Column<Item> {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (item: Item) => Child;
  /** If the table can be sorted by it. */
  readonly order?: (item: Item) => number | string;
}

/** What was counted in a stretch of time. */
export interface Rate {
  /** Its end. */
  readonly at: number;
  readonly ms: number;
  readonly reads: number;
  readonly hits: number;
  readonly loads: number;
  readonly loadMs: number;
}

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly of: (rate: Rate) => number | undefined;
  readonly say: (value: number | undefined) => string;
}

export type Connection = 'connecting' | 'live' | 'lost' | 'paused' | 'refused';

/** What entries are looked for, and what was found. */
export interface Search {
  readonly by: 'prefix' | 'tag';
  readonly text: string;
  readonly found: Entries | undefined;
  readonly refusal: string;
}
