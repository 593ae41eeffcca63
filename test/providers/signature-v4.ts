import { createHash, createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * True when S3 would take a request to this presigned URL, after "Authenticating Requests: Using Query Parameters" of the
 * S3 documentation. Written from that text, since s3rver takes any signature of version 4.
 */
export function isSignedForS3(
  request: { method: string; url: string; headers?: Record<string, string> },
  secretAccessKey: string,
): boolean {
  const url = new URL(request.url);
  const headers: Record<string, string> = { ...request.headers, host: url.host };
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const parameter = (name: string) => url.searchParams.get(name) ?? '';
  const signedHeaders = parameter('X-Amz-SignedHeaders');
  const [, date = '', region = '', service = ''] = parameter('X-Amz-Credential').split('/');
  const canonicalRequest = [
    request.method,
    url.pathname,
    query
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    signedHeaders,
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    parameter('X-Amz-Date'),
    `${date}/${region}/${service}/aws4_request`,
    createHash('sha256').update(canonicalRequest).digest('hex'),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, stringToSign).toString('hex') === parameter('X-Amz-Signature');
}
