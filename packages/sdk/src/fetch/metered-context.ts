import { type Context, createContextKey } from '@opentelemetry/api';

const METERED_KEY = createContextKey('costspan.metered');

/** `parent` for work that somebody meters already: requests made in it are not calls of their own. */
export const asMetered = (parent: Context): Context => parent.setValue(METERED_KEY, true);

/** Whether somebody meters already what happens in `context`. */
export const isMeteredIn = (context: Context): boolean => context.getValue(METERED_KEY) === true;
