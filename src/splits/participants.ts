/** @file The people behind the scans of a task: what is dealt, exchanged and drawn again is people, never single scans. */
import { siteOf } from '../dataset/participant-split.ts';

/** A person with all their scans: never on two sides of a split. */
export interface Participant {
  readonly id: string;
  readonly site: string;
  /** Paired designs (eyes open and closed) have both classes in one person. */
  readonly classes: 'positive' | 'control' | 'both';
  /** Positions in what was grouped, ascending. */
  readonly scans: readonly number[];
}

/** Groups scans (or predictions of scans) by person; people by id, whatever the order of rows. */
export function groupByParticipant(
  scans: readonly { readonly participantId: string; readonly site: string; readonly positive: boolean }[],
): Participant[] {
  const byId = new Map<string, number[]>();
  for (const [i, { participantId }] of scans.entries()) {
    const own = byId.get(participantId);
    if (own === undefined) byId.set(participantId, [i]);
    else own.push(i);
  }
  return [...byId]
    .map(([id, own]) => {
      const positives = own.filter((i) => scans[i].positive).length;
      const classes = positives === 0 ? 'control' : positives === own.length ? 'positive' : 'both';
      const site = siteOf(own.map((i) => scans[i].site));
      return { id, site, classes, scans: own } as const;
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
