import { type Group, sizeOfField } from './group.ts';

/** A group as one part holds it: its envelope, and those of its members that fit. */
export type Planned = {
  readonly group: Group;
  readonly members: Planned[];
  /** Bytes of its content in this part. */
  contentBytes: number;
};

/** Requests small enough each, and the items that are too large alone. */
export type Plan = {
  readonly parts: readonly Planned[];
  readonly oversize: readonly Group[];
};

/** Distributes the items of a request over parts of at most `bytesMax` bytes, in order, each as full as it gets. */
export function planParts(request: Group, bytesMax: number): Plan {
  const parts: Planned[] = [];
  const oversize: Group[] = [];
  let part = open(request);
  for (const resource of request.members) {
    for (const scope of resource.members) {
      for (const item of scope.members) {
        if (add(part, resource, scope, item, bytesMax)) continue;
        const fresh = open(request);
        if (!add(fresh, resource, scope, item, bytesMax)) {
          oversize.push(item);
          continue;
        }
        if (part.members.length > 0) parts.push(part);
        part = fresh;
      }
    }
  }
  if (part.members.length > 0) parts.push(part);
  return { parts, oversize };
}

function open(group: Group): Planned {
  return { group, members: [], contentBytes: group.envelopeBytes };
}

/** Adds an item under its resource and scope, which it opens where they are not the last ones; false if it does not fit. */
function add(part: Planned, resource: Group, scope: Group, item: Group, bytesMax: number): boolean {
  const lastResource = part.members.at(-1);
  const plannedResource = lastResource?.group === resource ? lastResource : open(resource);
  const lastScope = plannedResource.members.at(-1);
  const plannedScope = lastScope?.group === scope ? lastScope : open(scope);
  const scopeBytes = plannedScope.contentBytes + item.whole.end - item.whole.start;
  const resourceBytes = plannedResource.contentBytes - sizeIn(plannedResource, plannedScope) + sizeOfField(scopeBytes);
  const partBytes = part.contentBytes - sizeIn(part, plannedResource) + sizeOfField(resourceBytes);
  if (partBytes > bytesMax) return false;
  if (part.members.at(-1) !== plannedResource) part.members.push(plannedResource);
  if (plannedResource.members.at(-1) !== plannedScope) plannedResource.members.push(plannedScope);
  plannedScope.members.push({ group: item, members: [], contentBytes: item.content.end - item.content.start });
  plannedScope.contentBytes = scopeBytes;
  plannedResource.contentBytes = resourceBytes;
  part.contentBytes = partBytes;
  return true;
}

/** What a member already takes in its parent: nothing before it is there. */
function sizeIn(parent: Planned, member: Planned): number {
  return parent.members.at(-1) === member ? sizeOfField(member.contentBytes) : 0;
}
