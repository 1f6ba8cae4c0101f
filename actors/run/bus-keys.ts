/** Keys in KV `viga_actors` (a run's spec and end, an actor's record) and `viga_slots` (a run's lease, a slot's entry). */
export const specKey = (run: string) => `run.${run}`;
/** Present once a run is finished and its tape lies in its folder. */
export const endedKey = (run: string) => `ended.${run}`;
export const actorKey = (run: string, role: string) => `actor.${run}.${role}`;
export const leaseKey = (run: string) => `lease.${run}`;
export const slotKey = (engine: string, slot: string) => `slot.${engine}.${slot}`;
