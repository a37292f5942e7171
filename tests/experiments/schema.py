"""What every result must look like."""

import json

from jsonschema import Draft202012Validator

from euar.files import to_json
from euar.resources import resource

SCHEMA = json.loads(resource("euar/experiments/result.schema.json").read_text())


def validate(record):
    """Raise unless a result, as a file would hold it, fits the schema."""
    Draft202012Validator.check_schema(SCHEMA)
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(SCHEMA, format_checker=checker).validate(json.loads(to_json(record)))


def stored(record, **changes):
    """The result with some changes, as it comes out of a file."""
    return json.loads(to_json({**record, **changes}))
