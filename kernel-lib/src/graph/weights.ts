/** A block's or the model's stored tensors by role, as checkpoint/ resolved them. */
import type { BlockRole, GlobalRole, Role } from "../checkpoint/architectures";
import type { StoredTensor } from "../checkpoint/types";

export type WeightMap = ReadonlyMap<Role, StoredTensor>;

export interface PartWeights {
  /** The tensor of a role that this config has. */
  need(role: BlockRole): StoredTensor;
  /** The same, or null where this architecture has no such part (a bias). */
  find(role: BlockRole): StoredTensor | null;
}

export function blockWeights(weights: WeightMap, layer: number): PartWeights {
  const find = (role: BlockRole) => weights.get(`blocks.${layer}.${role}`) ?? null;
  return { find, need: (role) => need(find(role), `blocks.${layer}.${role}`) };
}

export const globalWeight = (weights: WeightMap, role: GlobalRole): StoredTensor =>
  need(weights.get(role) ?? null, role);

function need(tensor: StoredTensor | null, role: string): StoredTensor {
  if (tensor === null) throw new Error(`${role} was not resolved`);
  return tensor;
}
