import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { connect } from './connect.ts';
import { fileIdOf } from './fileIdOf.ts';
import { BLOCKING_TIME, GroupCommit } from './GroupCommit.ts';
import type { NumberedRequest, WriterMessage, WriterReply, WriterSettings } from './protocol.ts';
import { takeGroup } from './takeGroup.ts';
import { WriteSession } from './WriteSession.ts';

/** The thread that writes. It may block, on locks and on the disk, without stalling anybody's event loop. */
function serve(port: MessagePort, settings: WriterSettings): void {
  const groups = new GroupCommit({
    ...BLOCKING_TIME,
    busyTimeoutMs: settings.busyTimeoutMs,
    openSession: () => openSession(settings),
    isInPlace: () => fileIdOf(settings.path) === settings.fileId,
  });
  const waiting: NumberedRequest[] = [];
  let closing = false;

  const take = (message: WriterMessage): void => {
    if (message === 'close') closing = true;
    else for (const request of message) waiting.push(request);
  };
  /** Whatever arrived while a group was being synced goes into the next one. */
  const takeArrived = (): void => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message as WriterMessage);
    }
  };
  const reply = (message: WriterReply): void => port.postMessage(message);

  reply('ready');
  port.on('message', (message: WriterMessage) => {
    take(message);
    takeArrived();
    while (waiting.length > 0) {
      reply(groups.run(takeGroup(waiting)));
      takeArrived();
    }
    if (closing) {
      groups.finish();
      reply('closed');
      port.close();
    }
  });
}

function openSession({ path, fileBytesMax }: WriterSettings): WriteSession {
  const database = connect(path, { busyTimeoutMs: 0 });
  try {
    if (fileBytesMax !== null) limitFile(database, fileBytesMax);
    return new WriteSession(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function limitFile(database: ReturnType<typeof connect>, fileBytesMax: number): void {
  const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(fileBytesMax / pageSize))}`);
}

if (parentPort !== null) serve(parentPort, workerData as WriterSettings);
