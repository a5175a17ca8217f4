import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { Limits } from '../gateway/rate-limits.ts';
import { dingtalkRobot } from './dingtalk-robot.ts';
import { eventWebhook } from './event-webhook.ts';
import { feishuRobot } from './feishu-robot.ts';
import {
  RECEIVER_TYPES,
  type ReceivedMessage,
  type ReceiverChannel,
  type ReceiverType,
  type Robot,
} from './receiver-types.ts';
import { slackWebhook } from './slack-webhook.ts';
import { wecomRobot } from './wecom-robot.ts';

export const ROBOTS: Readonly<Record<ReceiverType, Robot>> = {
  dingtalk: dingtalkRobot,
  feishu: feishuRobot,
  wecom: wecomRobot,
  slack: slackWebhook,
  cloudevents: eventWebhook,
};

const settable = z.nullable(z.string().check(z.minLength(1)));

/** The settings of a receiver that may be changed. */
export const channelChanges = z.array(
  z.strictObject({
    type: z.enum(RECEIVER_TYPES),
    secret: z.optional(settable),
    keyword: z.optional(settable),
  }),
);

const MESSAGES_KEPT = 1_000;

/** The ends of all channels: a robot of each type, and the messages that have arrived there. */
export class MessageReceiver {
  readonly limits: Limits;
  readonly #messages: ReceivedMessage[] = [];
  readonly #listeners: ((message: ReceivedMessage) => void)[] = [];
  #channels: readonly ReceiverChannel[] | undefined;
  #seq = 0;

  constructor(limitScale: 'off' | number) {
    this.limits = new Limits(limitScale);
  }

  /** Created at the first call, because most emulators receive no messages. */
  get channels(): readonly ReceiverChannel[] {
    this.#channels ??= RECEIVER_TYPES.map((type) => {
      const { path, secret } = ROBOTS[type];
      return { type, path: path(token), secret: secret === null ? null : secret(token), keyword: null };
    });
    return this.#channels;
  }

  change(changes: z.output<typeof channelChanges>): void {
    this.#channels = this.channels.map((channel) => {
      const { secret = channel.secret, keyword = channel.keyword } =
        changes.find(({ type }) => type === channel.type) ?? channel;
      return { ...channel, secret, keyword };
    });
  }

  /** The latest messages, in the order of their arrival. */
  get messages(): readonly ReceivedMessage[] {
    return this.#messages;
  }

  add(message: Omit<ReceivedMessage, 'seq'>): void {
    this.#seq += 1;
    const received = { seq: this.#seq, ...message };
    this.#messages.push(received);
    this.#messages.splice(0, this.#messages.length - MESSAGES_KEPT);
    for (const tell of this.#listeners) {
      tell(received);
    }
  }

  reset(): void {
    this.#messages.length = 0;
  }

  /** Call the listener for each message when it arrives. */
  onMessage(listener: (message: ReceivedMessage) => void): void {
    this.#listeners.push(listener);
  }
}

const token = (): string => randomBytes(16).toString('hex');
