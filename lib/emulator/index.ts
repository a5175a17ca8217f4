/** A local cloud: the part of VPC, CBN and STS that IPsec-VPN connections live in, and Function Compute. */

export { type Switches, switchesDefault } from './behaviours.ts';
export { createEmulator } from './create-emulator.ts';
export {
  type CallAs,
  type Emulator,
  type EmulatorClock,
  type EmulatorOptions,
  type RunningEmulator,
  WireError,
} from './emulator-types.ts';
export { EstateError } from './estate/estate-problems.ts';
export type { EstateFile } from './estate/estate-schema.ts';
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
} from './estate/estate-types.ts';
export { defineEstate, formatEstate, parseEstate } from './estate/parse-estate.ts';
export type { Fault, FaultRule } from './faults/scripted-faults.ts';
export type { FunctionConfig } from './fc/function-config.ts';
export type { Invocation, InvocationStatus } from './fc/invocation.ts';
export type { FunctionInfo, LocalFunctions, Tick } from './fc/local-functions.ts';
export type { CallRecord } from './gateway/call-log.ts';
export { type GenerateOptions, generateEstate } from './generate/generate-estate.ts';
export { startEmulator } from './start-emulator.ts';
