interface StoredType {
  extension: string;
  /** True when the first {@link SIGNATURE_BYTES} bytes of a file are those of the type. */
  matches(start: Buffer): boolean;
}

/** How many bytes of a file are needed to tell its type. */
export const SIGNATURE_BYTES = 12;

const startsWith = (...signatures: Array<string | number[]>) => {
  const expected = signatures.map((signature) =>
    typeof signature === 'string' ? Buffer.from(signature, 'latin1') : Buffer.from(signature),
  );
  return (start: Buffer) => expected.some((bytes) => start.subarray(0, bytes.length).equals(bytes));
};
const textAt = (start: Buffer, offset: number, length: number) => start.toString('latin1', offset, offset + length);

/** The types that can be stored. None of them can carry a script that a browser would run in our origin. */
const STORED_TYPES: Readonly<Record<string, StoredType>> = {
  'image/jpeg': { extension: 'jpg', matches: startsWith([0xff, 0xd8, 0xff]) },
  'image/png': { extension: 'png', matches: startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  'image/webp': {
    extension: 'webp',
    matches: (start) => textAt(start, 0, 4) === 'RIFF' && textAt(start, 8, 4) === 'WEBP',
  },
  'image/gif': { extension: 'gif', matches: startsWith('GIF87a', 'GIF89a') },
  'video/mp4': { extension: 'mp4', matches: (start) => textAt(start, 4, 4) === 'ftyp' },
  'application/pdf': { extension: 'pdf', matches: startsWith('%PDF-') },
  'application/zip': { extension: 'zip', matches: startsWith('PK\x03\x04', 'PK\x05\x06') },
};

const TYPE_BY_EXTENSION = new Map(Object.entries(STORED_TYPES).map(([type, { extension }]) => [extension, type]));

/** The extension of files of a type, null for a type that is not stored. */
export function extensionOf(contentType: string): string | null {
  return Object.hasOwn(STORED_TYPES, contentType) ? STORED_TYPES[contentType]!.extension : null;
}

/** The content type that the extension of a key stands for. */
export function contentTypeOfKey(key: string): string {
  return TYPE_BY_EXTENSION.get(key.slice(key.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
}

/** True when `start`, the first bytes of a file, are those of the type. */
export function matchesContentType(start: Buffer, contentType: string): boolean {
  return Object.hasOwn(STORED_TYPES, contentType) && STORED_TYPES[contentType]!.matches(start);
}
