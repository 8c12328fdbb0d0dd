import { createTransport } from 'nodemailer';
import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import { mailOf } from '../core/mail.js';
import type { DeliveryOutcome } from '../core/retry.js';
import type { Guard } from './guard.js';
import type { Sender } from './sender.js';
import { reasonOf } from './webhook-sender.js';

export interface MailOptions {
  /** Empty: e-mail is not set up. */
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: or nothing is sent; `none`: never. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly username: string;
  readonly password: string;
  readonly from: string;
  readonly timeoutMs: number;
}

/** Sends notifications by the one SMTP server of the installation. */
export class MailSender implements Sender {
  constructor(
    private readonly guard: Guard,
    private readonly options: MailOptions,
  ) {}

  async send(
    { to = [] }: ReceiverDocument,
    notification: NotificationDocument,
  ): Promise<DeliveryOutcome> {
    const { host, port, from } = this.options;
    if (host === '') return { kind: 'failed', reason: 'smtp_not_set_up' };
    try {
      const [address] = await this.guard.addressesOf(host, port);
      const transport = this.transportTo(address!);
      try {
        const { rejected } = await transport.sendMail({
          from,
          to: [...to],
          ...mailOf(notification),
          // The same each time it is sent: mail servers and people's programs drop repeats by it.
          messageId: `<${notification._id}@notifier.iot-telemetry>`,
          date: notification.created_at,
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return rejected.length > 0
          ? { kind: 'delivered', note: `${rejected.length} of ${to.length} addresses refused` }
          : { kind: 'delivered' };
      } finally {
        transport.close();
      }
    } catch (error) {
      return mailFailure(error);
    }
  }

  private transportTo(address: string) {
    const { host, port, security, username, password, timeoutMs } = this.options;
    return createTransport({
      host: address,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { servername: host },
      ...(username !== '' && { auth: { user: username, pass: password } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

/** What SMTP says of recipients for good (5xx) is not tried again; anything else may pass. */
function mailFailure(error: unknown): DeliveryOutcome {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const reason = responseCode === undefined ? reasonOf(error) : `smtp_${responseCode}`;
  return code === 'EENVELOPE' && responseCode !== undefined && responseCode >= 500
    ? { kind: 'refused', reason }
    : { kind: 'failed', reason };
}
