import { wireBytes, wireFixed32, wireFixed64, wireVarint } from '../wire.ts';
import { type MemberNames, tabulateMembers } from './member-names.ts';

/** How a value is written, on the wire and in JSON. `id16` and `id8` are bytes of that length (or none) that JSON shows as hex. */
export type FieldType =
  | 'string'
  | 'bytes'
  | 'id16'
  | 'id8'
  | 'bool'
  | 'int32'
  | 'sint32'
  | 'uint32'
  | 'enum'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'message';

/** Numbers of an enum by name. */
export type EnumValues = Readonly<Record<string, number>>;

/** What a row of a message table says besides its number. */
export type FieldKind = {
  readonly type: FieldType;
  readonly repeated?: true;
  /** The field has presence: a default value is written too. Members of a oneof and `optional` fields. */
  readonly presence?: true;
  /** Members of a oneof carry its name: setting one clears the others. */
  readonly oneof?: string;
  readonly values?: EnumValues;
  /** A function, because messages refer to each other in circles. */
  readonly message?: () => Message;
};

/** One field of a message, with what reading and writing it needs worked out once. */
export type Field = FieldKind & {
  readonly number: number;
  /** Name in JSON: lowerCamelCase. */
  readonly name: string;
  readonly wireType: number;
  readonly tag: number;
  /** True for repeated scalars: they may come packed into one bytes field or one by one. */
  readonly packable: boolean;
  /** Tag of that bytes field. */
  readonly packedTag: number;
  /** False where a default value is left out: fields without presence that are not repeated. */
  readonly writesDefault: boolean;
};

/** A message as a table of its fields: the one description that validation, both JSON directions and paths in errors go by. */
export type Message = {
  readonly name: string;
  readonly byNumber: ReadonlyArray<Field | undefined>;
  /** By the tag the field is written with. */
  readonly byTag: ReadonlyArray<Field | undefined>;
  /** By the name in JSON and by the name in the .proto file, which senders use too. */
  readonly byName: ReadonlyMap<string, Field>;
  /** The same by the bytes of the names. */
  readonly members: MemberNames;
};

const wireTypes: Readonly<Record<FieldType, number>> = {
  string: wireBytes,
  bytes: wireBytes,
  id16: wireBytes,
  id8: wireBytes,
  message: wireBytes,
  bool: wireVarint,
  int32: wireVarint,
  sint32: wireVarint,
  uint32: wireVarint,
  enum: wireVarint,
  int64: wireVarint,
  uint64: wireVarint,
  fixed32: wireFixed32,
  fixed64: wireFixed64,
  sfixed64: wireFixed64,
  double: wireFixed64,
};

/** Builds a message table from rows `name_in_proto: [number, kind]`. */
export function message(name: string, rows: Readonly<Record<string, readonly [number: number, kind: FieldKind]>>): Message {
  const byNumber: Array<Field | undefined> = [];
  const byTag: Array<Field | undefined> = [];
  const byName = new Map<string, Field>();
  for (const [protoName, [number, kind]] of Object.entries(rows)) {
    const wireType = wireTypes[kind.type];
    const packable = kind.repeated === true && wireType !== wireBytes;
    const jsonName = protoName.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const field: Field = {
      ...kind,
      number,
      name: jsonName,
      wireType,
      tag: number * 8 + wireType,
      packable,
      packedTag: number * 8 + wireBytes,
      writesDefault: kind.presence === true || kind.repeated === true,
    };
    byNumber[number] = field;
    byTag[field.tag] = field;
    byName.set(jsonName, field);
    byName.set(protoName, field);
  }
  return { name, byNumber: Array.from(byNumber), byTag: Array.from(byTag), byName, members: tabulateMembers(byName) };
}

/** A scalar without presence: its default is not written. */
export function scalar(type: Exclude<FieldType, 'message' | 'enum'>): FieldKind {
  return { type };
}

/** A scalar with presence: 0 and absent are different. */
export function optional(type: Exclude<FieldType, 'message' | 'enum'>): FieldKind {
  return { type, presence: true };
}

/** A scalar member of a oneof. */
export function choice(oneof: string, type: Exclude<FieldType, 'message' | 'enum'>): FieldKind {
  return { type, presence: true, oneof };
}

/** A message member of a oneof. */
export function choiceOf(oneof: string, of: () => Message): FieldKind {
  return { type: 'message', presence: true, oneof, message: of };
}

/** Any number of scalars. */
export function repeated(type: Exclude<FieldType, 'message' | 'enum'>): FieldKind {
  return { type, repeated: true };
}

/** A number with names. */
export function enumOf(values: EnumValues): FieldKind {
  return { type: 'enum', values };
}

/** One message; several on the wire merge into one. */
export function one(of: () => Message): FieldKind {
  return { type: 'message', presence: true, message: of };
}

/** Any number of messages. */
export function many(of: () => Message): FieldKind {
  return { type: 'message', repeated: true, message: of };
}
