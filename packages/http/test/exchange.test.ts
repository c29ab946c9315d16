import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isWatched, nodeExchange, recordError } from '../src/node/nodeExchange.js';
import type { Ending } from '../src/request/outcome.js';

/** The part of a response that an exchange uses. */
class FakeResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  stream: object | undefined;
  writableFinished = false;
  destroyed = false;
  errored: Error | null = null;

  finish(status = 200): void {
    this.statusCode = status;
    this.headersSent = this.writableEnded = this.writableFinished = true;
    this.emit('finish');
    this.close();
  }

  writeHead(status: number): void {
    this.statusCode = status;
    this.headersSent = true;
  }

  close(errored: Error | null = null): void {
    this.destroyed = true;
    this.errored = errored;
    this.emit('close');
  }

  /** What HTTP/2 does when a client resets its stream. */
  reset(): void {
    this.stream = {};
    this.writableFinished = true;
    this.emit('finish');
    this.emit('close');
  }
}

const REQUEST = { headers: {} };

function exchange() {
  const response = new FakeResponse();
  const outcomes: Ending[] = [];
  const of = nodeExchange(REQUEST, response);
  return { of, response, outcomes, listen: () => of.watch({ ended: ending => outcomes.push(ending) }) };
}

describe('a request is settled', () => {
  test('once when its response finishes, with the final status', () => {
    const { response, outcomes, listen } = exchange();
    listen();
    response.finish(404);
    expect(outcomes).toEqual([{ status: 404, aborted: false }]);
  });

  test('once as aborted when its response closes unfinished', () => {
    const { response, outcomes, listen } = exchange();
    listen();
    response.close();
    response.close();
    expect(outcomes).toEqual([{ aborted: true }]);
  });

  test('immediately when its response has already ended', () => {
    const finished = exchange();
    finished.response.finish(204);
    finished.listen();
    expect(finished.outcomes).toEqual([{ status: 204, aborted: false }]);
    const closed = exchange();
    closed.response.close();
    closed.listen();
    expect(closed.outcomes).toEqual([{ aborted: true }]);
  });

  test('as aborted where HTTP/2 reports a cut-off response as finished, at that moment and later', () => {
    const { response, outcomes, listen } = exchange();
    listen();
    response.reset();
    listen();
    expect(outcomes).toEqual([{ aborted: true }, { aborted: true }]);
  });

  test('for all callbacks in order, and leaves no listener behind', () => {
    const { of, response } = exchange();
    const told: number[] = [];
    for (let i = 0; i < 3; i++) of.watch({ ended: () => told.push(i) });
    expect(response.listenerCount('finish')).toBe(1);
    response.finish();
    expect(told).toEqual([0, 1, 2]);
    expect(response.eventNames().filter(name => typeof name === 'string')).toEqual([]);
  });
});

describe('an error', () => {
  test.each([
    { error: new Error('broken'), aborted: false },
    { error: Object.assign(new Error('busy'), { status: 503 }), aborted: false },
    { error: Object.assign(new Error('gone'), { statusCode: 410 }), aborted: true },
    { error: 'a text', aborted: false },
    { error: null, aborted: false },
  ])('that was recorded says which side broke: $error', ({ error, aborted }) => {
    const { response, outcomes, listen } = exchange();
    listen();
    recordError(response, error);
    response.close();
    expect(outcomes).toEqual([{ aborted, error }]);
  });

  test('that the application answered leaves the judgement to the final status', () => {
    const { response, outcomes, listen } = exchange();
    const error = new Error('masked');
    listen();
    recordError(response, error);
    response.finish(200);
    expect(outcomes).toEqual([{ status: 200, aborted: false, error }]);
  });

  test('that destroyed the response is reported as its cause', () => {
    const { response, outcomes, listen } = exchange();
    const error = new Error('broken pipe');
    listen();
    recordError(response, Object.assign(new Error('earlier'), { status: 400 }));
    response.close(error);
    expect(outcomes).toEqual([{ aborted: false, error }]);
  });

  test('of a piped stream is reported as the cause', () => {
    const { response, outcomes, listen } = exchange();
    const [source, error] = [new EventEmitter().on('error', () => {}), new Error('disk')];
    listen();
    response.emit('pipe', source);
    source.emit('error', error);
    response.close();
    expect(outcomes).toEqual([{ aborted: false, error }]);
  });

  test('of a stream that was destroyed after the client left is not an error', () => {
    const { response, outcomes, listen } = exchange();
    const source = new EventEmitter().on('error', () => {});
    listen();
    response.emit('pipe', source);
    response.destroyed = true;
    source.emit('error', new Error('aborted'));
    response.close();
    expect(outcomes).toEqual([{ aborted: true }]);
  });

  test('of a stream without an error listener stays unhandled', () => {
    const { response, listen } = exchange();
    const source = new EventEmitter();
    listen();
    response.emit('pipe', source);
    expect(() => source.emit('error', new Error('disk'))).toThrow('disk');
  });

  test('is stored only for requests with a gate, and watched only while somebody waits', () => {
    const stranger = new FakeResponse();
    recordError(stranger, new Error('broken'));
    expect(stranger.eventNames()).toEqual([]);
    expect(isWatched(stranger)).toBe(false);
    const { response, listen } = exchange();
    expect(isWatched(response)).toBe(false);
    listen();
    expect(isWatched(response)).toBe(true);
  });
});

test('a request has one exchange, whichever gate asks', () => {
  const response = new FakeResponse();
  expect(nodeExchange(REQUEST, response)).toBe(nodeExchange(REQUEST, response));
  expect(nodeExchange(REQUEST, new FakeResponse())).not.toBe(nodeExchange(REQUEST, response));
});

test('a gate counts a request once', () => {
  const { of } = exchange();
  const [one, other] = [{}, {}];
  expect([of.meets(one), of.meets(other), of.meets(one), of.meets(other)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
