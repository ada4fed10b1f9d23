// Rules about what mail hosts say when somebody brings mail.
import type { Rule } from '../../rule.ts';
import { smtpAuth25 } from './auth-25.ts';
import { backupBlind } from './backup-blind.ts';
import { backupRelays } from './backup-relays.ts';
import { smtpBanner } from './banner.ts';
import { smtpBannerPix } from './banner-pix.ts';
import { smtpConnect } from './connect.ts';
import { selfEgress25 } from './egress25.ts';
import { smtpEhlo } from './ehlo.ts';
import { smtpExt } from './ext.ts';
import { smtpGreetDelay } from './greet-delay.ts';
import { smtpGreylist } from './greylist.ts';
import { smtpNolisting } from './nolisting.ts';
import { rcptNullSender } from './null-sender.ts';
import { mxParity } from './parity.ts';
import { rcptPostmaster } from './postmaster.ts';
import { rcptPublished } from './published.ts';
import { smtpRatelimit } from './ratelimit.ts';
import { relayOpen } from './relay-open.ts';
import { tlsHandshake } from './tls-handshake.ts';
import { tlsNotRequired } from './tls-not-required.ts';
import { tlsOffered } from './tls-offered.ts';
import { tlsVersion } from './tls-version.ts';
import { rcptUnknown } from './unknown.ts';
import { vrfyExpn } from './vrfy-expn.ts';

export const SMTP_RULES: readonly Rule[] = [
  selfEgress25,
  smtpConnect,
  smtpNolisting,
  smtpBanner,
  smtpBannerPix,
  smtpGreetDelay,
  smtpEhlo,
  smtpExt,
  smtpAuth25,
  smtpGreylist,
  smtpRatelimit,
  tlsOffered,
  tlsHandshake,
  tlsNotRequired,
  tlsVersion,
  rcptNullSender,
  rcptPostmaster,
  rcptPublished,
  rcptUnknown,
  backupRelays,
  backupBlind,
  mxParity,
  relayOpen,
  vrfyExpn,
];
