import type { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, GenericErrors, invalidField } from '../infrastructure/errors.js';
import { attachment } from '../providers/storage/content-disposition.js';
import { SIGNATURE_BYTES, contentTypeOfKey, matchesContentType } from '../providers/storage/content-types.js';
import { ObjectExists, type LocalFiles } from '../providers/storage/local-files.js';
import type { LocalUrls, SignedQuery } from '../providers/storage/local-urls.js';
import { isPublicKey, isStorageKey } from '../providers/storage/storage-key.js';
import { parseByteRange } from './byte-range.js';

interface Dependencies {
  files: LocalFiles;
  urls: LocalUrls;
}

type FileRequest = FastifyRequest<{ Params: { '*': string }; Querystring: SignedQuery }>;

/** Types that a browser may show in place; everything else is offered for saving. */
const INLINE_TYPES = ['image/jpeg', 'image/png', 'image/webp'];
/** Seconds. A public object never changes under its key, but staff may take it away. */
const PUBLIC_MAX_AGE = 300;

/** The URLs of the local storage provider: `PUT /uploads/<key>` and `GET /files/<key>`. */
export function storageRoutes({ files, urls }: Dependencies): FastifyPluginAsync {
  return async (fastify) => {
    // Uploads of any type arrive as a stream; nothing of them is parsed.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    fastify.put('/uploads/*', (request: FileRequest, reply) => upload(request, reply));
    fastify.get('/files/*', (request: FileRequest, reply) => download(request, reply));
  };

  async function upload(request: FileRequest, reply: FastifyReply): Promise<unknown> {
    // An answer that comes before the end of the body closes the connection rather than reading on.
    reply.header('connection', 'close');
    const key = request.params['*'];
    const contentType = request.headers['content-type'] ?? '';
    const allowed = isStorageKey(key) ? urls.allowedUpload(key, contentType, request.query) : null;
    if (!allowed) throw new DomainError(GenericErrors.forbidden);
    if (Number(request.headers['content-length'] ?? 0) > allowed.maxBytes)
      throw new DomainError(GenericErrors.payloadTooLarge);
    try {
      await files.create(key, checkedBody(request.body as Readable | undefined, contentType, allowed.maxBytes));
    } catch (error) {
      throw error instanceof ObjectExists ? new DomainError(GenericErrors.conflict) : error;
    }
    return { success: true, data: null };
  }

  async function download(request: FileRequest, reply: FastifyReply): Promise<unknown> {
    const key = request.params['*'];
    if (!isStorageKey(key)) throw new DomainError(GenericErrors.notFound);
    const isPublic = isPublicKey(key);
    const isSigned = urls.allowsDownload(key, request.query);
    if (!isPublic && !isSigned) throw new DomainError(GenericErrors.forbidden);
    const object = await files.stat(key);
    if (!object) throw new DomainError(GenericErrors.notFound);
    const filename = isSigned && typeof request.query.filename === 'string' ? request.query.filename : null;
    reply.headers({ ...fileHeaders(key, filename), 'last-modified': object.lastModified.toUTCString() });
    if (isPublic) reply.header('cache-control', `public, max-age=${PUBLIC_MAX_AGE}`);
    return sendBytes(request, reply, object.size);
  }

  function sendBytes(request: FileRequest, reply: FastifyReply, size: number): FastifyReply {
    const key = request.params['*'];
    const range = parseByteRange(request.headers.range, size);
    if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send();
    if (range === null) return reply.header('content-length', size).send(files.read(key));
    const { start, end } = range;
    reply.code(206).headers({ 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': end - start + 1 });
    return reply.send(files.read(key, range));
  }
}

/** Nothing that is served here can run as a script of this origin, whatever somebody managed to upload. */
function fileHeaders(key: string, filename: string | null): Record<string, string> {
  const contentType = contentTypeOfKey(key);
  const inline = filename === null && INLINE_TYPES.includes(contentType);
  return {
    'content-type': contentType,
    'content-disposition': inline ? 'inline' : attachment(filename ?? key.slice(key.lastIndexOf('/') + 1)),
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
  };
}

/**
 * The bytes of an upload as they come in.
 *
 * @throws DomainError in the middle when there are more than `maxBytes`, or when the first ones are not of the type.
 */
async function* checkedBody(body: Readable | undefined, contentType: string, maxBytes: number): AsyncIterable<Buffer> {
  let start = Buffer.alloc(0);
  let size = 0;
  let checked = false;
  // Left undestroyed, the request can still be answered when the body is refused.
  for await (const chunk of (body?.iterator({ destroyOnReturn: false }) ?? []) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new DomainError(GenericErrors.payloadTooLarge);
    if (checked) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < SIGNATURE_BYTES) continue;
    requireContentType(start, contentType);
    checked = true;
    yield start;
  }
  if (!checked) throw mismatch(contentType);
}

function requireContentType(start: Buffer, contentType: string): void {
  if (!matchesContentType(start, contentType)) throw mismatch(contentType);
}

const mismatch = (contentType: string): DomainError =>
  invalidField('body', 'contentType', `the bytes are not ${contentType}`);
