export { flatten } from '../../lib/rehearse/nights/wire-params.ts';
