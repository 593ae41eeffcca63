import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { z } from 'zod';
import type { Clock } from '../../infrastructure/clock.js';
import type { OutboundHosts } from '../outbound-hosts.js';
import { defineAdapter } from '../provider-adapter.js';
import type { ProviderTestReport } from '../provider.js';
import { attachment } from './content-disposition.js';
import { contentTypeOfKey } from './content-types.js';
import { requireStorageKey, requireUploadKey } from './storage-key.js';
import { probeStorage } from './storage-probe.js';
import type { DownloadRules, StorageProvider, StoredObject, UploadRules } from './storage-provider.js';

const CONNECT_TIMEOUT = 5_000;
const IDLE_TIMEOUT = 30_000;
const MAX_ATTEMPTS = 2;

const s3Settings = z.strictObject({
  bucket: z.string().min(3).max(63),
  region: z.string().min(1).max(60),
  /** Address of an S3-compatible service; absent: Amazon S3 in `region`. */
  endpoint: z.url().optional(),
  /** The bucket in the path instead of the host name, as most self-hosted services want it. */
  forcePathStyle: z.boolean().default(false),
});

/** Amazon S3 and whatever speaks its protocol. Public keys are made readable by the policy of the bucket. */
export function s3StorageAdapter(hosts: OutboundHosts, clock: Clock) {
  return defineAdapter({
    family: 'storage',
    id: 's3',
    settings: s3Settings,
    outboundSettings: ['endpoint'],
    credentials: ['accessKeyId', 'secretAccessKey'],
    create: (settings, credentials) => new S3Storage(settings, credentials, hosts, clock),
  });
}

class S3Storage implements StorageProvider {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor(
    { bucket, region, endpoint, forcePathStyle }: z.output<typeof s3Settings>,
    credentials: { accessKeyId: string; secretAccessKey: string },
    hosts: OutboundHosts,
    private readonly clock: Clock,
  ) {
    if (endpoint) hosts.checkUrl(endpoint);
    const agent = { keepAlive: true, lookup: hosts.lookup };
    this.bucket = bucket;
    this.client = new S3Client({
      region,
      endpoint,
      forcePathStyle,
      credentials,
      maxAttempts: MAX_ATTEMPTS,
      // The default adds the checksum of an empty body to signed uploads, and few compatible services know it.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT,
        socketTimeout: IDLE_TIMEOUT,
        httpAgent: agent,
        httpsAgent: agent,
      },
    });
  }

  async put(key: string, body: Buffer | Readable): Promise<void> {
    if (Buffer.isBuffer(body)) await this.send(key, body, body.length);
    else await this.sendStream(key, body);
  }

  async get(key: string): Promise<Readable | null> {
    return orNull(async () => (await this.client.send(new GetObjectCommand(this.object(key)))).Body as Readable);
  }

  async stat(key: string): Promise<StoredObject | null> {
    return orNull(async () => {
      const { ContentLength, LastModified } = await this.client.send(new HeadObjectCommand(this.object(key)));
      return { key, size: ContentLength ?? 0, lastModified: LastModified ?? this.clock.now() };
    });
  }

  async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.object(key)));
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix })) {
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key && LastModified) yield { key: Key, size: Size ?? 0, lastModified: LastModified };
      }
    }
  }

  signedGetUrl(key: string, { expiresAt, filename }: DownloadRules): Promise<string> {
    const command = new GetObjectCommand({
      ...this.object(key),
      ResponseContentType: contentTypeOfKey(key),
      ResponseContentDisposition: filename === undefined ? undefined : attachment(filename),
    });
    return getSignedUrl(this.client, command, this.signedUntil(expiresAt));
  }

  async presignUpload(key: string, rules: UploadRules): Promise<string> {
    requireUploadKey(key, rules.contentType);
    const command = new PutObjectCommand({ ...this.object(key), ContentType: rules.contentType });
    return getSignedUrl(this.client, command, {
      ...this.signedUntil(rules.expiresAt),
      signableHeaders: new Set(['content-type', 'host']),
    });
  }

  async probe(): Promise<void> {
    await probeStorage(this);
  }

  async test(): Promise<ProviderTestReport> {
    return { providerReference: null, raw: await probeStorage(this) };
  }

  close(): void {
    this.client.destroy();
  }

  private object(key: string): { Bucket: string; Key: string } {
    requireStorageKey(key);
    return { Bucket: this.bucket, Key: key };
  }

  private async send(key: string, body: Buffer | Readable, size: number): Promise<void> {
    await this.client.send(
      new PutObjectCommand({
        ...this.object(key),
        Body: body,
        ContentLength: size,
        ContentType: contentTypeOfKey(key),
      }),
    );
  }

  /** S3 must know the length beforehand, so a stream goes to a temporary file first rather than into memory. */
  private async sendStream(key: string, body: Readable): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), 'storage-'));
    try {
      const file = join(directory, 'body');
      await pipeline(body, createWriteStream(file));
      await this.send(key, createReadStream(file), (await stat(file)).size);
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  private signedUntil(expiresAt: Date): { signingDate: Date; expiresIn: number } {
    const signingDate = this.clock.now();
    return { signingDate, expiresIn: Math.max(1, Math.floor((expiresAt.getTime() - signingDate.getTime()) / 1_000)) };
  }
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof NotFound) return null;
    throw error;
  }
}
