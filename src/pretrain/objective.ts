/** @file Step 6: what a pretraining step minimises, and what it is told to. */

/** The settings of one step that change its result. */
export interface Objective {
  /** Weight of the contrastive loss beside the alignment loss. */
  readonly contrastiveWeight: number;
  /** Weight of the reconstruction loss. */
  readonly reconstructionWeight: number;
  /** ROIs hidden for the contrastive loss. */
  readonly contrastiveRois: number;
  /** ROIs hidden for the reconstruction loss. */
  readonly reconstructionRois: number;
  /** Probability of dropping an activation. */
  readonly dropout: number;
}

/** The paper's objective: LRA + 0.1 x InfoNCE + 2 x MSE, 10 and 5 masked ROIs, dropout 0.1. */
export const PAPER_OBJECTIVE: Objective = {
  contrastiveWeight: 0.1,
  reconstructionWeight: 2,
  contrastiveRois: 10,
  reconstructionRois: 5,
  dropout: 0.1,
};

/** Loss parts of one step, each a mean over the batch, and their weighted sum. */
export interface Losses {
  readonly loss: number;
  readonly lra: number;
  readonly nce: number;
  readonly mse: number;
}

export function weighLosses(objective: Objective, lra: number, nce: number, mse: number): Losses {
  return { loss: lra + objective.contrastiveWeight * nce + objective.reconstructionWeight * mse, lra, nce, mse };
}
