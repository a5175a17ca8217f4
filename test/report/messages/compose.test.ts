import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHANNEL_TYPES, type ChannelPolicy, type ChannelType, LANGUAGES } from '../../../lib/core/domain/policy.ts';
import { clockKey, type ToldClock } from '../../../lib/core/told/told-document.ts';
import { clockOf } from '../../../lib/report/messages/news.ts';
import { type MessageRequest, sendMessage } from '../../../lib/report/messages/send-message.ts';
import { anOutcome, DAY, HOUR, NOW } from '../../support/builders.ts';
import { aDigest, manyOutcomes } from '../../support/digests.ts';
import { ACCEPTING, aChannel, aRequest, someDeps, textOf } from './message-support.ts';

async function send(channel: ChannelPolicy, change: Partial<MessageRequest> = {}) {
  const { deps, posted } = someDeps([ACCEPTING[channel.type]]);
  const sent = await sendMessage(aRequest(channel, change), deps);
  const [{ body = '' } = {}] = posted;
  return { sent, body, named: sent.kind === 'accepted' ? sent.named : [], posted };
}

const BIG = aDigest(manyOutcomes(2_000));

/** The size and the limit in each service's units. */
const SIZES: Readonly<Record<ChannelType, (body: string) => readonly [size: number, max: number]>> = {
  dingtalk: (body) => [Buffer.byteLength(body), 20_000],
  feishu: (body) => [Buffer.byteLength(body), 20_000],
  wecom: (body) => [Buffer.byteLength(textOf('wecom', body)), 4_096],
  slack: (body) => [textOf('slack', body).length, 13_200],
  cloudevents: (body) => [Buffer.byteLength(body), 20_000],
};

const contains = (text: string, id: string): boolean => new RegExp(`${id}(?![a-z0-9])`).test(text);

describe.each(CHANNEL_TYPES)('a message to %s', (type) => {
  test.each(LANGUAGES)('counts exactly the connections in its text as named, in %s', async (language) => {
    const digest = BIG;
    const { named, body } = await send(aChannel(type, { language }), { digest });
    const text = textOf(type, body);
    const withClock = digest.outcomes.filter((outcome) => clockOf(outcome) !== undefined);
    const inText = withClock.filter(({ connectionId }) => contains(text, connectionId));
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(({ connectionId }) => connectionId).sort()).toEqual(
      inText.map(({ connectionId }) => connectionId).sort(),
    );
    for (const clock of named) {
      const outcome = digest.outcomes.find(({ connectionId }) => connectionId === clock.connectionId);
      expect(clock.rule).toBe(outcome?.rule);
      expect(Date.parse(clock.since)).toBe(Date.parse(outcome?.since ?? ''));
      expect(text).toContain(clock.rule);
    }
  });

  test('is within its limit, and uses most of it', async () => {
    for (const language of LANGUAGES) {
      const { body } = await send(aChannel(type, { language }), { digest: BIG });
      const [size, max] = SIZES[type](body);
      expect(size).toBeLessThanOrEqual(max);
      expect(size).toBeGreaterThan(max * 0.75);
    }
  });

  test('is within its limit for any names, owners and reasons', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 1_500 });
    const kinds = fc.constantFrom('marked', 'waiting', 'planned', 'failed', 'held', 'deleted', 'blocked');
    const outcomes = fc.array(fc.record({ name: text, owner: text, reason: text, outcome: kinds }), { maxLength: 60 });
    const property = fc.asyncProperty(outcomes, fc.constantFrom(...LANGUAGES), async (list, language) => {
      const since = new Date(NOW - DAY).toISOString();
      const digest = aDigest(
        list.map((one, index) => anOutcome({ ...one, connectionId: `vco-${index}`, since, dueAt: since } as never)),
      );
      const { body, posted } = await send(aChannel(type, { language, on: ['always', 'due', 'attention', 'marked'] }), {
        digest,
      });
      const [size, max] = SIZES[type](body);
      expect(posted).toHaveLength(1);
      expect(size).toBeLessThanOrEqual(max);
      if (type === 'slack') {
        const { blocks } = JSON.parse(body);
        expect(blocks.length).toBeLessThanOrEqual(50);
        expect(blocks.every(({ text }: { text: { text: string } }) => text.text.length <= 3_000)).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 12 });
  });

  test('gives the number of omitted connections, and links to the report', async () => {
    const { body, named } = await send(aChannel(type), { digest: BIG });
    expect(body).toContain('https://reports.example.com/latest.html');
    const data = JSON.parse(body).data;
    if (type === 'cloudevents') {
      expect(data.notNamed).toBeGreaterThan(1_000);
      expect(data.news.length).toBeGreaterThanOrEqual(named.length);
    } else {
      expect(textOf(type, body)).toMatch(/and \d+ more/);
    }
  });

  test('omits an address that is longer than the whole message', async () => {
    const url = `https://reports.example.com/${'x'.repeat(30_000)}`;
    const { body, named } = await send(aChannel(type), { url });
    const [size, max] = SIZES[type](body);
    expect(size).toBeLessThanOrEqual(max);
    expect(named.length).toBeGreaterThan(5);
  });
});

test('unnamed connections come first, so that some messages name all connections', async () => {
  const channel = aChannel('wecom', { on: ['marked', 'due'] });
  const outcomes = Array.from({ length: 60 }, (_, index) =>
    anOutcome({
      connectionId: `vco-${String(index).padStart(2, '0')}`,
      outcome: 'waiting',
      since: new Date(NOW - DAY).toISOString(),
      dueAt: new Date(NOW + 30 * DAY).toISOString(),
    }),
  );
  const told = new Map<string, ToldClock>();
  const counts: number[] = [];
  for (let night = 0; night < 10; night += 1) {
    const { named, sent } = await send(channel, { digest: aDigest(outcomes), toldBefore: new Set(told.keys()) });
    if (sent.kind === 'no-news') {
      break;
    }
    expect(named.filter((clock) => told.has(clockKey(clock)))).toEqual([]);
    counts.push(named.length);
    for (const clock of named) {
      told.set(clockKey(clock), clock);
    }
  }
  expect(told.size).toBe(60);
  expect(counts.length).toBeGreaterThan(1);
  expect(counts.length).toBeLessThan(6);
});

test('a message names a new connection despite many problems', async () => {
  const since = new Date(NOW - HOUR).toISOString();
  const failed = Array.from({ length: 500 }, (_, index) =>
    anOutcome({ connectionId: `vco-f${index}`, outcome: 'failed', rule: null, reason: 'x'.repeat(100) }),
  );
  const marked = anOutcome({
    connectionId: 'vco-new',
    outcome: 'marked',
    since,
    dueAt: new Date(NOW + 9 * DAY).toISOString(),
  });
  const { named, body } = await send(aChannel('wecom'), { digest: aDigest([...failed, marked]) });
  expect(named.map(({ connectionId }) => connectionId)).toEqual(['vco-new']);
  expect(textOf('wecom', body)).toContain('500 problems, 1 newly marked');
});

test('lines are grouped by owner, and the owner of an unnamed connection comes first', async () => {
  const since = new Date(NOW - DAY).toISOString();
  const one = (connectionId: string, owner: string | null, days: number) =>
    anOutcome({ connectionId, owner, outcome: 'planned', since, dueAt: new Date(NOW - days * HOUR).toISOString() });
  const outcomes = [one('vco-a', 'alpha', 9), one('vco-b', 'beta', 8), one('vco-c', 'alpha', 7), one('vco-d', null, 6)];
  const digest = aDigest(outcomes);
  const toldBefore = new Set(
    digest.outcomes.flatMap((outcome) => {
      const clock = clockOf(outcome);
      return clock === undefined || outcome.connectionId === 'vco-b' ? [] : [clockKey(clock)];
    }),
  );
  const { body } = await send(aChannel('dingtalk'), { digest, toldBefore });
  const order = textOf('dingtalk', body).match(/\*\*[\w ]+\*\*|vco-[a-d]\b/g);
  expect(order).toEqual(['**beta**', 'vco-b', '**alpha**', 'vco-a', 'vco-c', '**No owner**', 'vco-d']);
});

test('times are in the zone that the message names', async () => {
  const since = '2026-03-01T20:30:00.000Z';
  const digest = aDigest([anOutcome({ outcome: 'marked', since, dueAt: null })]);
  const { body } = await send(aChannel('dingtalk', { language: 'zh' }), { digest, timeZone: 'Asia/Shanghai' });
  expect(textOf('dingtalk', body)).toContain('时区：Asia/Shanghai。');
  expect(textOf('dingtalk', body)).toContain('自 2026-03-02 04:30 起');
});

test('a message says that no connection is deleted if no sweep runs in mode sweep', async () => {
  const text = async (mode: 'plan' | 'sweep') => {
    const digest = aDigest(manyOutcomes(20));
    const runs = digest.runs.map((run) => ({ ...run, mode }));
    return textOf('wecom', (await send(aChannel('wecom'), { digest: { ...digest, runs } })).body);
  };
  expect(await text('plan')).toContain('it deletes nothing');
  expect(await text('sweep')).not.toContain('it deletes nothing');
});

test('connections with the earliest deletion come first', async () => {
  const since = new Date(NOW - DAY).toISOString();
  const outcomes = Array.from({ length: 60 }, (_, index) =>
    anOutcome({
      connectionId: `vco-${String(index).padStart(2, '0')}`,
      outcome: 'waiting',
      since,
      dueAt: new Date(NOW + (60 - index) * HOUR * 0.3).toISOString(),
    }),
  );
  const { named } = await send(aChannel('wecom'), { digest: aDigest(outcomes) });
  const soonest = outcomes.slice(-named.length).map(({ connectionId }) => connectionId);
  expect(named.map(({ connectionId }) => connectionId)).toEqual(soonest.reverse());
});
