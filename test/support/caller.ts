import { randomInt } from 'node:crypto';

/** What a REST call answered. */
export interface RestAnswer<T = any> {
  status: number;
  headers: Headers;
  /** `data` of the envelope. */
  data: T;
  /** `error` of the envelope. */
  error?: { code: string; message: string; i18nKey: string; details?: any; correlationId: string };
  body: any;
}

/** What a GraphQL call answered. */
export interface GraphQLAnswer<T = any> {
  status: number;
  headers: Headers;
  data: T | null;
  errors?: Array<{ message: string; path?: string[]; extensions: { code: string; i18nKey: string; details?: any; correlationId: string } }>;
}

/** Somebody who calls the server over HTTP: an address, a device, and the credentials they hold. */
export class Caller {
  token: string | null = null;
  /** The refresh token, as a browser would keep it in its cookie. */
  cookie: string | null = null;
  userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36';
  ip = `203.0.${randomInt(256)}.${randomInt(256)}`;

  constructor(readonly url: string) {}

  get(path: string, headers?: Record<string, string>): Promise<RestAnswer> {
    return this.rest('GET', path, undefined, headers);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<RestAnswer> {
    return this.rest('POST', path, body, headers);
  }

  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<RestAnswer> {
    return this.rest('PUT', path, body, headers);
  }

  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<RestAnswer> {
    return this.rest('PATCH', path, body, headers);
  }

  delete(path: string, body?: unknown, headers?: Record<string, string>): Promise<RestAnswer> {
    return this.rest('DELETE', path, body, headers);
  }

  /** A REST call below `/api/v1`. A refresh cookie that comes back is kept. */
  async rest(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RestAnswer> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    this.keepCookie(answer.headers);
    const text = await answer.text();
    const json = text.startsWith('{') ? JSON.parse(text) : {};
    return { status: answer.status, headers: answer.headers, data: json.data, error: json.error, body: json };
  }

  /** A GraphQL call. */
  async graphql<T = any>(query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<GraphQLAnswer<T>> {
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    this.keepCookie(answer.headers);
    return { status: answer.status, headers: answer.headers, ...((await answer.json()) as Omit<GraphQLAnswer<T>, 'status' | 'headers'>) };
  }

  /** The same person on another device: other address, other browser, no credentials yet. */
  onOtherDevice(userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'): Caller {
    const other = new Caller(this.url);
    other.userAgent = userAgent;
    return other;
  }

  /** Takes over what a sign-in answered. */
  signIn(accessToken: string): this {
    this.token = accessToken;
    return this;
  }

  private get headers(): Record<string, string> {
    return {
      'user-agent': this.userAgent,
      'x-forwarded-for': this.ip,
      ...(this.token && { authorization: `Bearer ${this.token}` }),
      ...(this.cookie && { cookie: `biore_refresh=${this.cookie}` }),
    };
  }

  private keepCookie(headers: Headers): void {
    for (const header of headers.getSetCookie()) {
      const match = /^biore_refresh=([^;]*)/.exec(header);
      if (match) this.cookie = match[1] || null;
    }
  }
}
