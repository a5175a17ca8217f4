import type { Tags } from '../../core/domain/estate.ts';

/** Tags for a report, sorted. They are other people's text, so each caller that prints them has to escape them. */
export const showTags = (tags: Tags | 'unread'): readonly string[] | 'unread' =>
  tags === 'unread' ? tags : [...tags].map(([key, value]) => (value === '' ? key : `${key}=${value}`)).sort();
