import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { isoDate } from '../database/iso-date.js';
import { Folder } from '../folders/folder.entity.js';

@Entity('files')
export class File {
  @PrimaryColumn('varchar', { length: 36 })
  id: string;

  /** That of its folder, which never changes. No relation: a new file is no change of the data room. */
  @Column('varchar', { length: 36 })
  dataRoomId: string;

  @Column('varchar', { length: 36 })
  folderId: string;

  @ManyToOne(() => Folder)
  @JoinColumn({ name: 'folderId' })
  folder: Relation<Folder>;

  @Column('varchar', { length: 255 })
  name: string;

  @Column('varchar', { length: 255 })
  mimeType: string;

  @Column('integer')
  size: number;

  @Column('varchar', { length: 64 })
  sha256: string;

  /** Where the content lies in the storage; not for clients. */
  @Column('varchar', { length: 36 })
  storageKey: string;

  @Column(isoDate)
  createdAt: Date;
}
