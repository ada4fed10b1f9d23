// What is said to a host in one transaction, and where its body is.
import type { BodySource, MessageId } from '../queue/message.ts';

/** One transaction: what is said to a host. */
export interface Transaction {
  readonly id: MessageId;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly eightBit: boolean;
  readonly body: BodySource;
}
