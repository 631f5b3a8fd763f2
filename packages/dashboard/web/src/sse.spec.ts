import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventReader } from './sse';

const STREAM =
  'event: hits\nid: 1\ndata: [1]\n\n: a comment\n\nevent: end\r\ndata: {\r\ndata: }\r\n\r\n';

describe('a stream of events', () => {
  it('is read whole, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 6 }), (cuts) => {
        const reader = new EventReader();
        const ends = [...cuts.toSorted((a, b) => a - b), STREAM.length];
        const events = ends.flatMap((end, i) => reader.read(STREAM.slice(ends[i - 1] ?? 0, end)));
        expect(events).toEqual([
          { type: 'hits', data: '[1]' },
          { type: 'end', data: '{\n}' },
        ]);
      }),
    );
  });
});
