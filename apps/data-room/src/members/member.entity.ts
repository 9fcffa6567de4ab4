import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { isoDate } from '../database/iso-date.js';
import { DataRoom } from '../data-rooms/data-room.entity.js';
import { User } from '../users/user.entity.js';
import type { Role } from './role.js';

@Entity('members')
export class Member {
  @PrimaryColumn('varchar', { length: 36 })
  dataRoomId: string;

  @PrimaryColumn('varchar', { length: 36 })
  userId: string;

  @ManyToOne(() => DataRoom)
  @JoinColumn({ name: 'dataRoomId' })
  dataRoom: Relation<DataRoom>;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'userId' })
  user: Relation<User>;

  @Column('varchar', { length: 16 })
  role: Role;

  @Column(isoDate)
  createdAt: Date;
}
