// What one client may ask of a server session before it is told to stop, and how long it may take.
import { type Duration, minutes } from '../base/time.ts';

export interface ServerLimits {
  /** Announced in EHLO (RFC 1870); counted without doubled dots and the last one. */
  readonly messageBytesMax: number;
  /** In one transaction; RFC 5321 §4.5.3.1.8 asks for 100 at least. */
  readonly recipientsMax: number;
  /** Of one line with its CRLF (RFC 5321 §4.5.3.1.4). */
  readonly commandBytesMax: number;
  /** Commands since the last message that was taken, or since the start. */
  readonly commandsMax: number;
  /** Refusals for good since the last message that was taken, or since the start. */
  readonly errorsMax: number;
  /** The same, for clients that have not even said EHLO. */
  readonly errorsBeforeHelloMax: number;
  /**
   * From one command to the end of the next (RFC 5321 §4.5.3.2.7), however many pieces it is in.
   */
  readonly commandTimeout: Duration;
  /** Within this, `progressBytes` of a message must come. */
  readonly progressTimeout: Duration;
  readonly progressBytes: number;
  /** From DATA to the end of the message. */
  readonly messageTimeout: Duration;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  messageBytesMax: 26_214_400,
  recipientsMax: 100,
  commandBytesMax: 512,
  commandsMax: 2_000,
  errorsMax: 20,
  errorsBeforeHelloMax: 3,
  commandTimeout: minutes(5),
  progressTimeout: minutes(5),
  progressBytes: 8_192,
  messageTimeout: minutes(30),
};
