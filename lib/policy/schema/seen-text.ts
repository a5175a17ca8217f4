import * as z from 'zod/mini';
import { findInvisible } from '../../core/text/printable.ts';
import { quote } from '../document/quote.ts';

const CURLY = /[\u2018-\u201f]/;

/**
 * Why a text does not say what it seems to say; undefined when it does. An editor or a chat put these in, nobody sees
 * them, and what was to be protected is called differently.
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

/** A check for text that protects something, wherever it may also be something else. */
export const seen = <Input>() =>
  z.superRefine<Input>((input, context) => {
    const problem = typeof input === 'string' ? findProblem(input) : undefined;
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', message: problem, params: { sentence: true }, continue: false });
    }
  });
