import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Body, Controller, Get, Inject, Injectable, Module, Param, Put } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Cache as CacheManager } from 'cache-manager';
import { Column, DataSource, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Cached, CachedMany, CacheConsoleModule, CacheModule, InvalidatesTags } from '@data-room/cache';

@Entity()
export class Folder {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column() name: string;
  @ManyToOne(() => Folder) parent?: { id: string };
}

@Injectable()
export class FolderService {
  loads = 0;

  constructor(private readonly db: DataSource) {}

  @Cached({ scope: 'everyone', tags: (_folders, parentId) => [`folder:${parentId}`] })
  async within(parentId: string): Promise<Folder[]> {
    this.loads++;
    return this.db.getRepository(Folder).findBy({ parent: { id: parentId } });
  }

  @CachedMany({ id: ({ id }) => id, scope: 'everyone', tags: (_folder, id) => [`folder:${id}`] })
  async byIds(ids: readonly string[]): Promise<Folder[]> {
    this.loads++;
    return this.db.getRepository(Folder).find({ where: ids.map((id) => ({ id })) });
  }
}

@Injectable()
export class NoteService {
  readonly notes = new Map<string, string>();

  @Cached({ scope: 'everyone', tags: (_note, id) => [`note:${id}`] })
  async note(id: string): Promise<string | undefined> {
    return this.notes.get(id);
  }
}

@Controller()
export class FolderController {
  asked = 0;

  constructor(
    private readonly folders: FolderService,
    private readonly notes: NoteService,
    @Inject(CACHE_MANAGER) private readonly manager: CacheManager,
  ) {}

  @Get('folders/:id')
  within(@Param('id') id: string): Promise<Folder[]> {
    return this.folders.within(id);
  }

  @Put('notes/:id')
  @InvalidatesTags((id) => [`note:${id}`])
  write(@Param('id') id: string, @Body() { text }: { text: string }): Promise<string> {
    this.notes.notes.set(id, text);
    return Promise.resolve(id);
  }

  @Get('rates')
  rates(): Promise<number> {
    return this.manager.wrap('rates', async () => ++this.asked, 60_000);
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, entities: [Folder], synchronize: true }),
    CacheModule.forRoot({ outageTable: 'create' }),
    CacheConsoleModule.forRoot({ guards: 'none' }),
  ],
  controllers: [FolderController],
  providers: [FolderService, NoteService],
})
export class HostModule {}
