import * as z from 'zod';

/**
 * The keys of a function's `props`, as far as s.yaml uses them: from the schema of the component fc3
 * (github.com/devsapp/fc3, src/schema.json, version 0.1.22) and, where that accepts anything, from the API's
 * documentation.
 *
 * Strict throughout, although the component is not, because the component takes a typing mistake for an unknown key.
 */
const REGIONS = [
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3'],
  ...['ap-southeast-5', 'ap-southeast-7', 'cn-beijing', 'cn-chengdu', 'cn-hangzhou', 'cn-heyuan-acdr-1'],
  ...['cn-hongkong', 'cn-huhehaote', 'cn-qingdao', 'cn-shanghai', 'cn-shanghai-cloudspe', 'cn-shanghai-finance-1'],
  ...['cn-shenzhen', 'cn-wulanchabu', 'cn-zhangjiakou', 'eu-central-1', 'eu-west-1', 'me-central-1'],
  ...['us-east-1', 'us-west-1'],
];

const text = z.string().min(1);
const arn = z.string().regex(/^acs:[a-z]+:[^\s]+$/);
const whole = (least: number, most: number) => z.number().int().min(least).max(most);

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const timer = z.strictObject({
  triggerName: text,
  triggerType: z.literal('timer'),
  description: z.string().max(256),
  qualifier: z.literal('LATEST'),
  triggerConfig: z.strictObject({
    cronExpression: z.string().regex(/^(@every \d+[mh]|(CRON_TZ=[\w/+-]+ )?\S+( \S+){5})$/),
    enable: z.boolean(),
    payload: z.string(),
  }),
});

const eventbridge = z.strictObject({
  triggerName: text,
  triggerType: z.literal('eventbridge'),
  description: z.string().max(256),
  qualifier: z.literal('LATEST'),
  triggerConfig: z.strictObject({
    triggerEnable: z.boolean(),
    // The component takes any boolean. By all current pages of 3.0 this value is asynchronous. Older pages say the
    // opposite.
    asyncInvocationType: z.literal(false),
    eventRuleFilterPattern: z.string().refine(isJsonObject, 'a pattern in JSON'),
    eventSourceConfig: z.strictObject({
      eventSourceType: z.literal('Default'),
      eventSourceParameters: z.strictObject({}),
    }),
    eventSinkConfig: z.strictObject({
      deliveryOption: z.strictObject({
        mode: z.literal('event-driven'),
        eventSchema: z.enum(['CloudEvents', 'RawData']),
      }),
    }),
    runOptions: z.strictObject({
      mode: z.literal('event-driven'),
      errorsTolerance: z.enum(['ALL', 'NONE']),
      retryStrategy: z.strictObject({ PushRetryStrategy: z.enum(['BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY']) }),
      deadLetterQueue: z.strictObject({ Arn: arn }).optional(),
    }),
  }),
});

/** The component has the first three of a mount point, and the folder has to be below /mnt or /home. */
const ossMountConfig = z.strictObject({
  mountPoints: z
    .array(
      z.strictObject({
        bucketName: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
        endpoint: z.string().regex(/^https:\/\/oss-[a-z0-9-]+\.aliyuncs\.com$/),
        mountDir: z.string().regex(/^\/(mnt|home)\/[\w-]+$/),
        bucketPath: z.string().regex(/^\//),
        readOnly: z.boolean(),
      }),
    )
    .max(5),
});

export const fc3Function = z.strictObject({
  region: z.enum(REGIONS),
  functionName: z.string().regex(/^[A-Za-z_][\w-]{0,63}$/),
  description: z.string().max(256),
  runtime: z.literal('nodejs20'),
  handler: z.string().regex(/^\w+\.\w+$/),
  code: text,
  cpu: z
    .number()
    .min(0.05)
    .max(16)
    .refine((cpu) => Math.abs(cpu * 20 - Math.round(cpu * 20)) < 1e-9, 'steps of 0.05'),
  memorySize: whole(128, 32_768).multipleOf(64),
  diskSize: z.union([z.literal(512), z.literal(10_240)]),
  timeout: whole(1, 86_400),
  role: z.string().regex(/^[a-z0-9.-]{1,64}$/, 'a name in lower case: the component lower-cases it'),
  internetAccess: z.boolean(),
  ossMountConfig,
  environmentVariables: z.record(z.string().regex(/^(?!FC_)[A-Za-z]\w*$/), z.string().min(1)),
  logConfig: z.strictObject({
    project: text,
    logstore: text,
    enableRequestMetrics: z.boolean(),
    enableInstanceMetrics: z.boolean(),
    logBeginRule: z.enum(['DefaultRegex', 'None']),
  }),
  asyncInvokeConfig: z.strictObject({
    asyncTask: z.boolean().optional(),
    maxAsyncRetryAttempts: whole(0, 8),
    // The component allows 2,592,000, but the API allows less.
    maxAsyncEventAgeInSeconds: whole(1, 604_800),
    destinationConfig: z.strictObject({ onFailure: z.strictObject({ destination: arn }).optional() }),
  }),
  concurrencyConfig: z.strictObject({ reservedConcurrency: whole(0, 300) }),
  tags: z.array(z.strictObject({ key: text, value: z.string() })),
  triggers: z.array(z.discriminatedUnion('triggerType', [timer, eventbridge])),
});

export type Fc3Function = z.output<typeof fc3Function>;
export type Fc3Trigger = Fc3Function['triggers'][number];
