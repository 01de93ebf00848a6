/** An object with one field, or with none where the value is undefined: exact optional fields are left out, never set. */
export const optional = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: Value });
