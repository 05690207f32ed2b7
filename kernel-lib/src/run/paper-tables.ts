/** The tables of arXiv:2602.07930 by their numbers. */
import { type Contribution, contributionTable, superadditivityTable } from "../result/paper-contributions";
import { overlapByK, overlapByTask, spearmanTable } from "../result/paper-heads";
import type { TaskGroup } from "../result/paper-names";
import { GROUPS, LOGIT, large, named, RANK, SIZES, type Size, type TableEntry, titled } from "./paper-entries";
import { judgeTable, runtimesTable, tasksTable } from "./paper-texts";

function testsEntry(nth: number, tasks: TaskGroup, size: Size): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `${GROUPS[tasks]}: t-test of superadditivity, ${SIZES[size]}`,
  };
  const metric = tasks === "bigbench" ? LOGIT : RANK;
  return {
    ...entry,
    ...large(size),
    make: (results) => superadditivityTable(results, { ...titled(entry, results), tasks, size, metric, sizes: [1, 2] }),
  };
}

function topEntry(
  nth: number,
  tasks: TaskGroup,
  size: Size,
  metric: Contribution,
  sizes: readonly number[] = [1, 2],
): TableEntry {
  const word = metric === RANK ? "rank" : "logit";
  const layers = sizes.length === 1 ? ", three layers" : "";
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `${GROUPS[tasks]}: ${word} contributions${layers}, ${SIZES[size]}`,
  };
  const heading = metric === RANK ? "Rank contrib." : "Logit contrib.";
  return {
    ...entry,
    ...large(size),
    make: (results) => contributionTable(results, { ...titled(entry, results), tasks, size, metric, sizes, heading }),
  };
}

function kEntry(nth: number, k: readonly [number, number]): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `Active heads between k = ${k[0]} and k = ${k[1]}`,
  };
  return { ...entry, make: (results, options) => overlapByK(results, { ...entry, k }, options) };
}

function taskEntry(nth: number, k: number): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `Active heads between contrastive tasks, k = ${k}`,
  };
  return { ...entry, make: (results, options) => overlapByTask(results, { ...entry, k }, options) };
}

const TASKS = named("table1", "Table 1", "Tasks with their instructions");
const SPEARMAN = named("table2", "Table 2", "Head activity between k = 1 and k = 2, by layer");
const TIMES = named("table4", "Table 4", "What each experiment took");
const JUDGE = named("table19", "Table 19", "Instructional accuracy: what counts as an answer");

/** Tables in the paper's order. */
export const TABLES: readonly TableEntry[] = [
  { ...TASKS, make: (results) => tasksTable(results, TASKS) },
  { ...SPEARMAN, make: (results, options) => spearmanTable(results, { ...SPEARMAN, k: [1, 2] }, options) },
  kEntry(3, [1, 2]),
  { ...TIMES, make: (results) => runtimesTable(results, TIMES) },
  testsEntry(5, "contrastive", "small"),
  testsEntry(6, "bigbench", "small"),
  testsEntry(7, "contrastive", "large"),
  testsEntry(8, "bigbench", "large"),
  topEntry(9, "contrastive", "small", RANK),
  topEntry(10, "bigbench", "small", LOGIT),
  topEntry(11, "bigbench", "large", LOGIT),
  topEntry(12, "bigbench", "large", RANK),
  topEntry(13, "bigbench", "small", RANK),
  topEntry(14, "contrastive", "large", RANK),
  topEntry(15, "contrastive", "small", LOGIT),
  topEntry(16, "contrastive", "large", LOGIT),
  topEntry(17, "contrastive", "small", LOGIT, [3]),
  topEntry(18, "contrastive", "small", RANK, [3]),
  { ...JUDGE, make: (results) => judgeTable(results, JUDGE) },
  kEntry(20, [1, 3]),
  kEntry(21, [2, 3]),
  taskEntry(22, 1),
  taskEntry(23, 2),
  taskEntry(24, 3),
];
