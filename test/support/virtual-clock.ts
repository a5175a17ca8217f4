export { VirtualClock } from '../../lib/rehearse/nights/virtual-clock.ts';
