import { part, type Robot, type RobotError, textIn, textReply } from './receiver-types.ts';

const BLOCKS_MAX = 50;
const SECTION_CHARS_MAX = 3_000;
/** No page mentions this limit. */
const CHARS_MAX = 13_200;

const refuse = (status: number, code: string): RobotError => ({ status, code, message: code });

/** An incoming webhook. It reports failures by the status, answers with a word, and signs nothing. */
export const slackWebhook: Robot = {
  path: (token) => `/services/T${token().slice(0, 8)}/B${token().slice(0, 8)}/${token()}`,
  secret: null,
  judge({ request, json }) {
    if (request.method !== 'POST' || json === undefined) {
      return refuse(400, 'invalid_payload');
    }
    const sections = sectionsOf(json);
    if (textIn(json, 'text') === '' && sections.length === 0) {
      return refuse(400, 'no_text');
    }
    if (sections.length > BLOCKS_MAX || sections.some((text) => text === '' || text.length > SECTION_CHARS_MAX)) {
      return refuse(400, 'invalid_blocks');
    }
    return sections.reduce((sum, text) => sum + text.length, 0) > CHARS_MAX
      ? refuse(400, 'msg_blocks_too_long')
      : undefined;
  },
  // The text is for notifications, if there are blocks.
  shown: (json) => sectionsOf(json).join('\n') || textIn(json, 'text'),
  success: textReply('ok'),
  refusal: ({ status, code }) => textReply(code, status),
  tooFast: refuse(429, 'rate_limited'),
  noRobot: refuse(404, 'no_service'),
};

const sectionsOf = ({ blocks }: Readonly<Record<string, unknown>>): readonly string[] =>
  Array.isArray(blocks) ? blocks.map((block) => textIn(part({ ...block }, 'text'), 'text')) : [];
