import { describe, expect, it } from 'vitest';
import { escapeSegment, shortSegment, unescapeSegment } from './pointer.ts';

describe('segments of a JSON Pointer', () => {
  it.each([
    ['a/b', 'a~1b'],
    ['~1', '~01'],
    ['', ''],
  ])('carries %j as %j, and back', (key, segment) => {
    expect(escapeSegment(key)).toBe(segment);
    expect(unescapeSegment(segment)).toBe(key);
  });

  it('is cut after 60 characters, and stays well-formed', () => {
    expect(shortSegment('x'.repeat(60))).toBe('x'.repeat(60));
    expect(shortSegment(`${'/'.repeat(59)}😀`)).toBe(`${'~1'.repeat(59)}\ufffd…`);
  });
});
