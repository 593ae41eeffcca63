import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

interface ReceivedMail {
  from: string;
  to: string[];
  source: string;
}

/** A mail server on loopback with one account, `mailer` / `s3cret pass`. */
export async function createMailServer(options: SMTPServerOptions = {}) {
  const mails: ReceivedMail[] = [];
  const logins: string[] = [];
  let refusal: Error | null = null;
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    closeTimeout: 10,
    onAuth: ({ username, password }, _session, callback) => {
      logins.push(username ?? '');
      if (username === 'mailer' && password === 's3cret pass') callback(null, { user: username });
      else callback(new Error('bad login'));
    },
    onRcptTo: (_address, _session, callback) => callback(refusal),
    onData: (stream, { envelope }, callback) => {
      void text(stream).then((source) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), source });
        callback();
      });
    },
    ...options,
  });
  // A client that turns away in the middle of a handshake is no failure of the server.
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    logins,
    /** Every recipient is refused with this answer from now on; null takes them again. */
    refuseRecipients: (responseCode: number, message: string) => {
      refusal = Object.assign(new Error(message), { responseCode });
    },
    acceptRecipients: () => {
      refusal = null;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
