/**
 * @file The paper's fifteen tasks as a `tasks.yaml` to be filled in.
 *
 * Columns and values are those of the public tables (ABIDE and ADHD-200 phenotypic files, the image collections of ADNI and
 * PPMI, `participants.tsv` of ds000030); where a table is not public, the names are ours and the comment says so.
 */
export const TASKS_TEMPLATE = `# The fifteen diagnosis tasks of BrainMass (IEEE TMI 43(11):4004-4016, 2024).
# Put in the paths of your data sets (relative to this file), delete the tasks that you have no data for, then
#   brainmass tasks check tasks.yaml
#   brainmass evaluate MODEL --tasks tasks.yaml --out results
# Labels are columns of the data set's scans.tsv, as your table of participants had them.

protocol: svm        # RBF kernel, C = 1: the paper's
split: repeated      # 70/15/15 by participant
repeats: 10
seed: 0
# baselines: [fc_svm, untrained, tangent_logistic]
# permutations: 1000

tasks:
  # Internal: cohorts of which a part was pretrained on. A model pretrained on a corpus keeps to the split made then.
  - name: abide-1
    kind: internal
    dataset: abide1.dataset
    label: DX_GROUP          # 1 autism, 2 control
    positive: 1
    control: 2
    covariates: [AGE_AT_SCAN, SEX, site]

  - name: adhd-200
    kind: internal
    dataset: adhd200.dataset
    label: DX                # 0 typically developing; 1, 2, 3 ADHD combined, hyperactive/impulsive, inattentive
    control: 0
    filters: [DX != withheld, DX != pending]   # rows of the test release without a diagnosis

  - name: oasis
    kind: internal
    dataset: oasis3.dataset
    label: cdr>0             # clinical dementia rating, 0 none; name the column as your table does

  - name: adni-mci
    kind: internal
    dataset: adni.dataset
    label: Group             # CN, SMC, EMCI, MCI, LMCI, AD
    positive: MCI
    control: CN

  - name: adni-ad
    kind: internal
    dataset: adni.dataset
    label: Group
    positive: AD
    control: CN

  - name: ppmi-pd
    kind: internal
    dataset: ppmi.dataset
    label: Group             # Control, PD, Prodromal, SWEDD
    positive: PD
    control: Control

  - name: ppmi-prodromal
    kind: internal
    dataset: ppmi.dataset
    label: Group
    positive: Prodromal
    control: Control

  - name: schizophrenia
    kind: internal
    dataset: schizophrenia.dataset   # a list joins several cohorts: [cobre.dataset, other.dataset]
    label: diagnosis                 # column and values of your own table
    positive: patient
    control: control

  # External: cohorts that pretraining has not seen.
  - name: abide-2
    kind: external
    dataset: abide2.dataset
    label: DX_GROUP          # 1 autism, 2 control
    positive: 1
    control: 2
    # Zero-shot instead: train on ABIDE I and test here, without one label of ABIDE II:
    # dataset: abide1.dataset
    # test: abide2.dataset

  - name: ucla-bipolar
    kind: external
    dataset: ucla.dataset    # OpenNeuro ds000030
    label: diagnosis         # CONTROL, SCHZ, BIPOLAR, ADHD
    positive: BIPOLAR
    control: CONTROL

  - name: ucla-schizophrenia
    kind: external
    dataset: ucla.dataset
    label: diagnosis
    positive: SCHZ
    control: CONTROL

  - name: ucla-adhd
    kind: external
    dataset: ucla.dataset
    label: diagnosis
    positive: ADHD
    control: CONTROL

  - name: xuanwu-pd
    kind: external
    dataset: xuanwu.dataset  # not public: column and values of your own table
    label: diagnosis
    positive: PD
    control: HC

  - name: xuanwu-rbd
    kind: external
    dataset: xuanwu.dataset
    label: diagnosis
    positive: RBD
    control: HC

  - name: pd-against-ad
    kind: external
    dataset: [pd.dataset, ad.dataset]   # patients of two cohorts, with one label column; beware of what else differs
    label: diagnosis
    positive: AD
    control: PD
`;
