/** A block's or the model's stored tensors by role, as checkpoint/ resolved them. */
import type { BlockRole, GlobalRole, Role } from "../checkpoint/architectures";
import type { ProductWeight } from "./builder";

export type WeightMap = ReadonlyMap<Role, ProductWeight>;

export interface PartWeights {
  /** The tensor of a role that this config has. */
  need(role: BlockRole): ProductWeight;
  /** The same, or null where this architecture has no such part (a bias). */
  find(role: BlockRole): ProductWeight | null;
}

export function blockWeights(weights: WeightMap, layer: number): PartWeights {
  const find = (role: BlockRole) => weights.get(`blocks.${layer}.${role}`) ?? null;
  return { find, need: (role) => need(find(role), `blocks.${layer}.${role}`) };
}

export const globalWeight = (weights: WeightMap, role: GlobalRole): ProductWeight =>
  need(weights.get(role) ?? null, role);

function need(tensor: ProductWeight | null, role: string): ProductWeight {
  if (tensor === null) throw new Error(`${role} was not resolved`);
  return tensor;
}
