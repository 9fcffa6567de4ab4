import { Column, Entity, PrimaryColumn } from 'typeorm';
import { isoDate } from '../database/iso-date.js';

@Entity('data_rooms')
export class DataRoom {
  @PrimaryColumn('varchar', { length: 36 })
  id: string;

  @Column('varchar', { length: 255 })
  name: string;

  @Column(isoDate)
  createdAt: Date;
}
