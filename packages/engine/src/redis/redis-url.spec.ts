import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors/errors.js';
import { parseRedisUrl } from './redis-url.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://127.0.0.1', { host: '127.0.0.1' }],
    [' redis://h:6380/3 \n', { host: 'h', port: 6380, db: 3 }],
    ['redis://h/', { host: 'h' }],
    ['redis://h?db=2&family=6', { host: 'h', db: 2, family: 6 }],
    ['redis://h/1?db=2', { host: 'h', db: 1 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://:p%40ss@h', { host: 'h', username: '', password: 'p@ss' }],
    ['redis://ada:pw@h', { host: 'h', username: 'ada', password: 'pw' }],
    ['redis://h?password=pw', { host: 'h', password: 'pw' }],
    ['rediss://h:6380', { host: 'h', port: 6380, tls: {} }],
    ['REDISS://h', { host: 'h', tls: {} }],
    ['redis://h?tls=true', { host: 'h', tls: {} }],
    ['//h:1', { host: 'h', port: 1 }],
    ['h:1', { host: 'h', port: 1 }],
    ['6380', { port: 6380 }],
    ['/tmp/redis.sock?db=2', { path: '/tmp/redis.sock', db: 2 }],
    ['redis://h?keyPrefix=p', { host: 'h', keyPrefix: 'p' }],
    ['redis://h?enableOfflineQueue=true&monitor=1&Connector=x', { host: 'h' }],
  ])('reads %j', (url, options) => {
    expect(parseRedisUrl(url)).toEqual(options);
  });

  it.each([
    'http://h:6379',
    'https://h',
    'unix:///tmp/redis.sock',
    'redis://h:port',
    'redis://h:99999',
    'redis://h/x',
    'redis://h/1.5',
    'redis://h?db=-1',
    'redis://%zz:x@h',
  ])('refuses %j', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(InvalidOptionError);
  });

  it.each([
    'http://ada:s3cret@h:6379',
    'redis://ada:s3c/s3cret@h:port',
    'http://h?db=1&password=s3cret',
    'ada:s3cret@h:port',
  ])('shows no password of %j', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('s3cret') as unknown }),
    );
  });

  it('shows the scheme that is wrong', () => {
    expect(() => parseRedisUrl('http://:s3cret@h')).toThrow('"http://***@h"');
  });
});
