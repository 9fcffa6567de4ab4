// What @InvalidatesTags infers from the method it stands on, and what it refuses.
import { InvalidatesTags } from '@data-room/cache';
import { of, type Observable } from 'rxjs';

type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <_T extends true>(): void => {};

interface Upload {
  readonly name: string;
}

export class Files<Kind extends Upload> {
  readonly #tenant = 'a';

  @InvalidatesTags(['files', 'folders'])
  async fixed(): Promise<void> {}

  @InvalidatesTags(function (file, folderId, upload) {
    check<Is<typeof file, { id: number }>>();
    check<Is<typeof folderId, string>>();
    check<Is<typeof upload, Upload | undefined>>();
    return [`file:${file.id}`, `folder:${folderId}`, this.#tenant];
  })
  async add(_folderId: string, _upload?: Upload): Promise<{ id: number }> {
    return { id: 1 };
  }

  @InvalidatesTags((name, id) => [name, id])
  stream(id: string) {
    return of(id);
  }

  // The result is a value of the stream; the type cannot say so without failing on a generic class.
  @InvalidatesTags((name) => {
    check<Is<typeof name, string | Observable<string>>>();
    return typeof name === 'string' ? [name] : [];
  })
  async promisedStream(id: string): Promise<Observable<string>> {
    return of(id);
  }

  @InvalidatesTags((kind, ...kinds) => [kind.name, ...kinds.map(({ name }) => name)])
  async generic(first: Kind, ..._others: Kind[]): Promise<Kind> {
    return first;
  }
}

export class Refused {
  // @ts-expect-error: what is over at once cannot be followed
  @InvalidatesTags(['a'])
  sync(): number {
    return 1;
  }

  // @ts-expect-error: there is no instance
  @InvalidatesTags(['a'])
  static async fixed(): Promise<void> {}

  // @ts-expect-error: tags are texts
  @InvalidatesTags([1])
  async numbers(): Promise<void> {}

  // @ts-expect-error: a list of them
  @InvalidatesTags('a')
  async text(): Promise<void> {}

  // @ts-expect-error: not a text
  @InvalidatesTags((id) => [id])
  async notText(): Promise<number> {
    return 1;
  }

  // @ts-expect-error: there is one parameter
  @InvalidatesTags((_result, one, two) => [one, two])
  async tooMany(_one: string): Promise<void> {}
}
