/** A local cloud: the part of VPC, CBN and STS that IPsec-VPN connections live in, and Function Compute. */
export type { CallRecord } from './call-log.ts';
export { createEmulator } from './emulator.ts';
export { defineEstate, formatEstate, parseEstate } from './estate/parse.ts';
export { EstateError } from './estate/problems.ts';
export type { EstateFile } from './estate/schema.ts';
export type {
  Account,
  Association,
  Attachment,
  Cen,
  Connection,
  CustomerGateway,
  Estate,
  Propagation,
  RouteEntry,
  RouteTable,
  TransitRouter,
  Tunnel,
} from './estate/types.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { FunctionConfig } from './fc/function-config.ts';
export type { Invocation, InvocationStatus } from './fc/invocation.ts';
export type { FunctionInfo, LocalFunctions, Tick } from './fc/local-functions.ts';
export { type GenerateOptions, generateEstate } from './generate/generate.ts';
export {
  type CallAs,
  type Emulator,
  type EmulatorClock,
  type EmulatorOptions,
  type RunningEmulator,
  WireError,
} from './options.ts';
export { startEmulator } from './server.ts';
export { type Switches, switchesDefault } from './switches.ts';
