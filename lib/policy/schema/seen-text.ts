import * as z from 'zod/mini';
import { findInvisible } from '../../core/text/printable.ts';
import { quote } from '../document/quote.ts';

const CURLY = /[\u2018-\u201f]/;

/**
 * The invisible problem of a text, if any. An editor or a chat can insert invisible characters. People do not see them,
 * and then the policy does not match the name that it should protect.
 */
function findProblem(input: string): string | undefined {
  const invisible = findInvisible(input);
  if (invisible !== undefined) {
    return `${quote(input)} holds ${invisible}, which cannot be told from nothing or a blank; leave it out`;
  }
  if (CURLY.test(input)) {
    return `${quote(input)} holds a curly quote; leave it out, or put a ? in its place in protect.names`;
  }
  return input.trim() === input ? undefined : `${quote(input)} has a blank around it; leave it out`;
}

/** A check for text that protects something, if the value is text. Other forms of the value pass. */
export const seen = <Input>() =>
  z.superRefine<Input>((input, context) => {
    const problem = typeof input === 'string' ? findProblem(input) : undefined;
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', message: problem, params: { sentence: true }, continue: false });
    }
  });
