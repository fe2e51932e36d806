import type { NativeBinding } from '../native/binding.js';

/** What shares a binding: its global cleanup is for the last that still uses it. */
export interface Tenant {
  /** It has scopes, so natives that a cleanup would kill. */
  readonly busy: boolean;
  /** The library was cleaned up: it points to nothing any more. */
  cleanedUp(): void;
}

const tenantsOf = new WeakMap<NativeBinding, Set<Tenant>>();

/** Held until the next cleanup, with the natives that must not be collected before it (H2). */
export function enter(binding: NativeBinding, tenant: Tenant): void {
  let tenants = tenantsOf.get(binding);
  if (!tenants) {
    tenants = new Set();
    tenantsOf.set(binding, tenants);
  }
  tenants.add(tenant);
}

export function othersUse(binding: NativeBinding, tenant: Tenant): boolean {
  for (const other of tenantsOf.get(binding) ?? []) if (other !== tenant && other.busy) return true;
  return false;
}

/** Somebody has made natives since the last cleanup; with `cleanup: 'manual'` that may be long ago. */
export function isClaimed(binding: NativeBinding): boolean {
  return (tenantsOf.get(binding)?.size ?? 0) > 0;
}

/** Everybody on `binding` starts anew with the next native. */
export function allLeave(binding: NativeBinding): void {
  const tenants = [...(tenantsOf.get(binding) ?? [])];
  tenantsOf.delete(binding);
  for (const tenant of tenants) tenant.cleanedUp();
}
