"""Which alternative of a union a discriminator names (OpenAPI, Discriminator Object)."""

from typing import Any

# Stands in the schema of a property of which the discriminator alone tells the values.
NAMED = "x-named-by-discriminator"


def discriminating(schema: dict[str, Any]) -> str | None:
    """Give the property that tells the alternatives of a schema apart, None where it names none."""
    told = schema.get("discriminator")
    name = told.get("propertyName") if isinstance(told, dict) else None
    return name if isinstance(name, str) else None


def values_of(schema: dict[str, Any], alternative: Any) -> list[str]:
    """Give the values that name an alternative: those that the mapping has for it, and last the schema's own name."""
    reference = alternative.get("$ref") if isinstance(alternative, dict) else None
    if not isinstance(reference, str):
        return []
    plain = reference.rpartition("/")[2]
    mapping = schema["discriminator"].get("mapping")
    listed = mapping.items() if isinstance(mapping, dict) else ()
    return list(dict.fromkeys([*(str(value) for value, there in listed if there in (reference, plain)), plain]))


def is_told_elsewhere(flat: dict[str, Any], name: str, declared: dict[str, Any]) -> bool:
    """Tell whether an alternative leaves it to the discriminator which values its property has."""
    properties = flat.get("properties")
    return isinstance(properties, dict) and name in properties and not {"const", "enum"} & set(declared)


def named(flat: dict[str, Any], name: str, values: list[str]) -> dict[str, Any]:
    """Give an alternative whose property has the value that names it, as a mapping has it where there is one."""
    told = {"type": "string", "enum": values[:-1] or values, NAMED: True}
    return {**flat, "properties": {**flat["properties"], name: told}}


def heirs(root: dict[str, Any], base: dict[str, Any]) -> list[dict[str, Any]]:
    """Give references to what extends a base whose discriminator stands beside no list of alternatives."""
    components = root.get("components")
    listed = components.get("schemas") if isinstance(components, dict) else None
    schemas = listed if isinstance(listed, dict) else {}
    own = next((f"#/components/schemas/{name}" for name, each in schemas.items() if each is base), None)
    if own is None:
        return []
    found = [f"#/components/schemas/{name}" for name, each in schemas.items() if _extends(each, own)]
    # A base has things of its own kind only where the mapping names them.
    found += [own] if found and len(values_of(base, {"$ref": own})) > 1 else []
    return [{"$ref": each} for each in found]


def _extends(schema: Any, reference: str) -> bool:
    parts = schema.get("allOf") if isinstance(schema, dict) else None
    return isinstance(parts, list) and any(isinstance(each, dict) and each.get("$ref") == reference for each in parts)
