import { Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, DataSource, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Cached, CacheModule } from '@data-room/cache';

@Entity()
export class Folder {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column() name: string;
  @ManyToOne(() => Folder) parent?: { id: string };
}
@Injectable()
export class FolderService {
  constructor(private readonly db: DataSource) {}
  @Cached({ tags: (_folders, parentId) => [`folder:${parentId}`] })
  within(parentId: string) {
    return this.db.getRepository(Folder).findBy({ parent: { id: parentId } });
  }
}
const database = { type: 'postgres' as const, url: process.env.DATABASE_URL, entities: [Folder], synchronize: true };
@Module({ imports: [TypeOrmModule.forRoot(database), CacheModule.forRoot()], providers: [FolderService] })
export class AppModule {}
