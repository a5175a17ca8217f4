import type { Connection, Routing } from '../../../lib/core/domain/estate.ts';
import type { Finding, Rule, RuleInput } from '../../../lib/core/rules/rule.ts';
import { anAttachment, NOW, twoTunnels } from '../../support/builders.ts';

export const UNBOUND = { kind: 'unbound', evidence: ['bound to nothing'] } as const;
export const BOUND = { kind: 'bound', attachment: anAttachment(), evidence: ['held by tr-1'] } as const;
export const NO_ROUTING: Routing = { associations: [], propagations: [], staticRoutes: [] };

export const UP = twoTunnels('ike_sa_not_established', 'ipsec_sa_established');

/** Ask a rule about a connection. Its association is the association that the connection itself states. */
export const ask = (rule: Rule<string>, connection: Connection, change: Partial<RuleInput> = {}): Finding =>
  rule.judge({
    connection,
    association: connection.attachType === 'CEN' ? BOUND : UNBOUND,
    routing: NO_ROUTING,
    nowMs: NOW,
    ...change,
  });
