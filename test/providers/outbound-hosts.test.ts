import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForbiddenHost, OutboundHosts } from '../../src/providers/outbound-hosts.js';
import { OutboundHttp } from '../../src/providers/outbound-http.js';
import { createCounterpart } from './support.js';

/** Hosts whose every name has these addresses. */
const resolvingTo = (...addresses: string[]) =>
  new OutboundHosts({
    allowPrivateHosts: false,
    resolver: (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
  });

describe('hosts that providers may reach', () => {
  it.each([
    'http://gateway.example',
    'ftp://gateway.example',
    'https://user:secret@gateway.example',
    'https://127.0.0.1',
    'https://10.1.2.3',
    'https://172.16.0.1',
    'https://192.168.1.1',
    'https://100.64.0.1',
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0',
    'https://2130706433',
    'https://0x7f.1',
    'https://[::1]',
    'https://[fe80::1]',
    'https://[fd00::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'not a url',
  ])('refuses %s without asking DNS', (url) => {
    expect(() => resolvingTo('93.184.216.34').checkUrl(url)).toThrow(ForbiddenHost);
  });

  it('accepts https on a public address', async () => {
    await expect(
      resolvingTo('93.184.216.34', '2606:2800:220:1::1').check('https://gateway.example:8443/send'),
    ).resolves.toBeUndefined();
    await expect(resolvingTo('93.184.216.34').check('smtp.example')).resolves.toBeUndefined();
  });

  it('refuses a name with one private address among its addresses, and one without any', async () => {
    await expect(resolvingTo('93.184.216.34', '127.0.0.1').check('https://gateway.example')).rejects.toThrow(
      ForbiddenHost,
    );
    await expect(resolvingTo().check('https://gateway.example')).rejects.toThrow(ForbiddenHost);
    await expect(new OutboundHosts({ allowPrivateHosts: false }).check('https://localhost')).rejects.toThrow(
      ForbiddenHost,
    );
  });
});

describe('connections to a private address', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  it('are refused when a name came to point there after it was checked', async () => {
    const hosts = resolvingTo('127.0.0.1');
    await expect(hosts.connect('rebound.example', port, 1_000)).rejects.toThrow(ForbiddenHost);
    await expect(hosts.connect('127.0.0.1', port, 1_000)).rejects.toThrow(ForbiddenHost);
    const call = new OutboundHttp(hosts).send(`https://rebound.example:${port}`, { method: 'HEAD', timeout: 1_000 });
    await expect(call).rejects.toThrow(ForbiddenHost);
  });

  it('stay closed to the metadata service even where private hosts are allowed', async () => {
    const hosts = new OutboundHosts({ allowPrivateHosts: true });
    expect(() => hosts.checkUrl('http://169.254.169.254/latest/meta-data')).toThrow(ForbiddenHost);
    await expect(hosts.connect('169.254.169.254', 80, 1_000)).rejects.toThrow(ForbiddenHost);
  });

  it('are opened where private hosts are allowed', async () => {
    const socket = await new OutboundHosts({ allowPrivateHosts: true }).connect('127.0.0.1', port, 1_000);
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  });
});

describe('HTTP calls to providers', () => {
  const http = new OutboundHttp(new OutboundHosts({ allowPrivateHosts: true }));

  it('do not follow redirects', async () => {
    const counterpart = await createCounterpart();
    counterpart.answerWith(() => ({ status: 302, headers: { location: `${counterpart.url}/elsewhere` } }));
    const { status } = await http.send(`${counterpart.url}/send`, { method: 'POST', body: '{}', timeout: 5_000 });
    expect(status).toBe(302);
    expect(counterpart.requests.map(({ path }) => path)).toEqual(['/send']);
    await counterpart.close();
  });

  it('give up on a silent server and on an endless answer', async () => {
    const counterpart = await createCounterpart();
    counterpart.answerWith(({ path }) => (path === '/silent' ? null : { body: 'x'.repeat(100_000) }));
    await expect(http.send(`${counterpart.url}/silent`, { method: 'POST', timeout: 50 })).rejects.toThrow(/abort/i);
    await expect(http.send(`${counterpart.url}/endless`, { method: 'POST', timeout: 5_000 })).rejects.toThrow(
      'longer than',
    );
    await counterpart.close();
  });
});
