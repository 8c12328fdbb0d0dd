import { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { DeadlineExceeded, withinDeadline } from '@iot/resilience';
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
  /** For all of a delivery: a server that says a little now and then is none that answers. */
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
    const { host, timeoutMs } = this.options;
    if (host === '') return { kind: 'failed', reason: 'smtp_not_set_up' };
    const socket = new Socket();
    try {
      return await withinDeadline(timeoutMs, this.sendBy(socket, to, notification));
    } catch (error) {
      socket.destroy();
      return mailFailure(error);
    }
  }

  private async sendBy(
    socket: Socket,
    to: readonly string[],
    notification: NotificationDocument,
  ): Promise<DeliveryOutcome> {
    const { host, port, from } = this.options;
    const [address] = await this.guard.addressesOf(host, port);
    const { rejected } = await this.transportTo(address!, socket).sendMail({
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
  }

  private transportTo(address: string, socket: Socket) {
    const { host, port, security, username, password, timeoutMs } = this.options;
    return createTransport({
      host: address,
      port,
      socket,
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
  if (error instanceof DeadlineExceeded) return { kind: 'failed', reason: 'timeout' };
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const reason = responseCode === undefined ? reasonOf(error) : `smtp_${responseCode}`;
  return code === 'EENVELOPE' && responseCode !== undefined && responseCode >= 500
    ? { kind: 'refused', reason }
    : { kind: 'failed', reason };
}
