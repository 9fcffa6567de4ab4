import { CacheTags } from '@data-room/cache';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@CacheTags<Contract>({ name: 'deal', also: { owner: (contract) => contract.ownerId } })
@Entity()
export class Contract {
  @PrimaryGeneratedColumn() id: number;
  @Column() ownerId: number;
}
// saving contract 7 of owner 3 changes deal:7, type:deal and owner:3
