import type { CompatibilityLevels } from '@nexus/shared';

/** What `nexus.config.json` says. Paths are resolved from the file's folder; here they are absolute. */
export interface NexusConfig {
  /** URL of the store. */
  readonly store?: string;
  readonly schemas?: {
    /** Folder of a `FileSchemaRegistry`. */
    readonly folder: string;
    readonly compatibility?: CompatibilityLevels;
    /** Default: `refuse`. */
    readonly unknownTypes?: 'refuse' | 'allow';
  };
  readonly policies?: {
    /** Folder of a `CelPolicyEngine`. */
    readonly folder: string;
  };
  /** Default: `enforce`. */
  readonly mode?: 'enforce' | 'observe';
  readonly audit?: {
    /** Folder of the hash-chained audit files. Default: `FILE.audit` beside a SQLite store's FILE. */
    readonly folder?: string;
    /** Bytes after which a file is rotated. Default: 16 MiB. */
    readonly fileBytesMax?: number;
    /** Seconds between two seals in the store. Default: 60. */
    readonly sealSeconds?: number;
  };
  readonly limits?: {
    /** Temporal queries of a client in any 60 s, in the service. Default: 10. */
    readonly queriesPerMinute?: number;
    /** Most ms that registry, policies or audit log may take for one answer. Default: 5,000. */
    readonly governanceTimeoutMs?: number;
    /** Most bytes of a request's body. */
    readonly bodyBytesMax?: number;
  };
}
