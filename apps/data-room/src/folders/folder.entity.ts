import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { isoDate } from '../database/iso-date.js';
import { DataRoom } from '../data-rooms/data-room.entity.js';

/** Stays in its data room for life; its name is unique among its siblings, the root level included (see the migration). */
@Entity('folders')
export class Folder {
  @PrimaryColumn('varchar', { length: 36 })
  id: string;

  @Column('varchar', { length: 36 })
  dataRoomId: string;

  @ManyToOne(() => DataRoom)
  @JoinColumn({ name: 'dataRoomId' })
  dataRoom: Relation<DataRoom>;

  @Column('varchar', { length: 36, nullable: true })
  parentId: string | null;

  @ManyToOne(() => Folder)
  @JoinColumn({ name: 'parentId' })
  parent: Relation<Folder> | null;

  @Column('varchar', { length: 255 })
  name: string;

  @Column(isoDate)
  createdAt: Date;
}
