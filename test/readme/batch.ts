import { Injectable } from '@nestjs/common';
import { CachedMany } from '@data-room/cache';

@Injectable()
export class PeopleService {
  readonly asked: string[] = [];

  @CachedMany({ id: (person) => person.id, tags: (_person, id) => [`user:${id}`] })
  async byIds(ids: readonly string[]): Promise<{ id: string; name: string }[]> {
    this.asked.push(...ids);
    return ids.map((id) => ({ id, name: `name of ${id}` }));
  }
}
