import { parentPort, workerData } from 'node:worker_threads';
import type { IntegrityReply, IntegrityRequest } from './checkFile.ts';
import { connect } from './connect.ts';
import { failureOf } from './driver-failure.ts';
import { findDamage } from './integrity.ts';

/** A thread for one check of a file, since that may take minutes. */
function check({ path, busyTimeoutMs }: IntegrityRequest): IntegrityReply {
  try {
    const database = connect(path, { busyTimeoutMs });
    try {
      return { findings: findDamage(database) };
    } finally {
      database.close();
    }
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

parentPort?.postMessage(check(workerData as IntegrityRequest));
