import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { OutboundHosts } from './outbound-hosts.js';

/** Longest answer that is read, in bytes; what we ask for answers in a few hundred. */
const MAX_ANSWER = 65_536;

export interface HttpAnswer {
  status: number;
  body: string;
}

interface HttpCall {
  method: 'POST' | 'HEAD';
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole exchange. */
  timeout: number;
}

/** Small HTTP calls to providers whose address is a setting. A redirect is not followed: it is an answer like others. */
export class OutboundHttp {
  constructor(readonly hosts: OutboundHosts) {}

  /** @throws ForbiddenHost, or an Error on a network failure, after the timeout, or when the answer is too long. */
  async send(url: string, { method, headers = {}, body, timeout }: HttpCall): Promise<HttpAnswer> {
    const target = this.hosts.checkUrl(url);
    const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
    // A connection of its own for each call: a kept one may be half closed, and a POST cannot be repeated blindly.
    const request = open(target, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: false,
      lookup: this.hosts.lookup,
      signal: AbortSignal.timeout(timeout),
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await readText(response) };
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error(`the answer is longer than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
