import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type OutboxChannel = 'email' | 'sms' | 'push';

/** A message that the development providers kept instead of sending it; shown at `/dev/outbox`. */
@Entity('dev_outbox')
@Index('dev_outbox_created_at_idx', ['createdAt', 'id'])
export class OutboxMessage {
  /** The message id of the sender, so that a repeated send leaves one row. */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'channel', type: 'text' })
  channel!: OutboxChannel;

  @Column({ name: 'to_address', type: 'text' })
  to!: string;

  @Column({ name: 'template', type: 'text' })
  template!: string;

  @Column({ name: 'subject', type: 'text', nullable: true })
  subject!: string | null;

  @Column({ name: 'text', type: 'text' })
  text!: string;

  @Column({ name: 'html', type: 'text', nullable: true })
  html!: string | null;

  /** Mail headers that the sender set, such as List-Unsubscribe. */
  @Column({ name: 'headers', type: 'jsonb' })
  headers!: Record<string, string>;

  /** The URLs in the text. */
  @Column({ name: 'links', type: 'text', array: true })
  links!: string[];

  /** The six-digit code in the text. */
  @Column({ name: 'code', type: 'text', nullable: true })
  code!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
