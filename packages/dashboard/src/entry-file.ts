import { StreamableFile } from '@nestjs/common';

/** An entry of Redis to be saved: a browser must not show what somebody else has written. */
export function entryFile(bytes: Buffer): StreamableFile {
  return new StreamableFile(bytes, {
    type: 'application/octet-stream',
    disposition: 'attachment; filename="job.json"',
    length: bytes.length,
  });
}
