export type { Bench, OpenedStore } from './bench/Bench.ts';
export type { ConformanceCase, Guarantee } from './ConformanceCase.ts';
export { conformanceSuite, runSuite, type SuiteOptions } from './conformanceSuite.ts';
export { ForwardingJournal } from './ForwardingJournal.ts';
export { GUARANTEES } from './guarantees/index.ts';
export type { Backup, ConformingStore, Harness, StoreFactory } from './Harness.ts';
export { type JournalFactoryOptions, journalFactory } from './journalFactory.ts';
export {
  checkLinearizable,
  isLinearizable,
  type LinearizabilityOptions,
  type Verdict,
} from './models/checkLinearizable.ts';
export { HistoryRecorder } from './models/HistoryRecorder.ts';
export { ModelledStore } from './models/ModelledStore.ts';
export type {
  AppendOperation,
  History,
  Operation,
  ReadOperation,
  VersionOperation,
} from './models/Operation.ts';
export { runSteps } from './models/runSteps.ts';
export type { ShareForm, ShareStep, Step } from './models/Step.ts';
export { type ModelAnswer, type ModelEvent, StoreModel } from './models/StoreModel.ts';
export { type RegistryFactory, type RegistryHarness, registrySuite } from './registries/registrySuite.ts';
export type { CaseResult } from './runCase.ts';
export type { SuiteRunner, TestContext } from './SuiteRunner.ts';
export { type StoreOpener, storeFactory } from './storeFactory.ts';
