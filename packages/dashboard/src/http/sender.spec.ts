import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import type { HttpAdapterHost } from '@nestjs/core';
import { Observable } from 'rxjs';
import { EventStream } from './replies.js';
import { Sender } from './sender.js';

it('starts no stream for a client that left during the permission check', () => {
  const httpAdapter = {
    isHeadersSent: () => false,
    setHeader: (response: ServerResponse, name: string, value: string) =>
      response.setHeader(name, value),
  };
  const sender = new Sender({ httpAdapter } as unknown as HttpAdapterHost);
  let readers = 0;
  const events = new Observable<never>(() => {
    readers++;
    return () => readers--;
  });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  sender.send(response, new EventStream(events), undefined);
  expect(readers).toBe(1);
  response.destroy();
  response.emit('close');
  expect(readers).toBe(0);
  const left = new ServerResponse(new IncomingMessage(new Socket()));
  left.destroy();
  sender.send(left, new EventStream(events), undefined);
  expect(readers).toBe(0);
});
