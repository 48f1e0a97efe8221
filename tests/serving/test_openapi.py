"""The description: valid by the rules of OpenAPI 3.1, and true of what is taken and answered."""

import json

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from clearprop.serving.openapi import openapi
from clearprop.serving.served import ServedNetwork, ServedTable

from . import models

ROW = {"length": 4.1, "colour": "white", "picked": True, "day": "2024-05-01"}

# What https://spec.openapis.org/oas/3.1/schema/2022-10-07 asks of the parts that are here.
REFERENCE = {"type": "object", "properties": {"$ref": {"type": "string", "pattern": "^#/components/schemas/"}}}
MEDIA = {"type": "object", "required": ["schema"], "properties": {"schema": REFERENCE}}
CONTENT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": MEDIA,
    "propertyNames": {"pattern": "^\\S+/\\S+$"},
}
RESPONSE = {
    "type": "object",
    "required": ["description"],
    "properties": {"description": {"type": "string"}, "content": CONTENT, "headers": {"type": "object"}},
    "additionalProperties": False,
}
OPERATION = {
    "type": "object",
    "required": ["operationId", "responses"],
    "properties": {
        "operationId": {"type": "string"},
        "summary": {"type": "string"},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "in", "schema"],
                "properties": {"in": {"enum": ["query", "header", "path", "cookie"]}, "required": {"type": "boolean"}},
            },
        },
        "requestBody": {"type": "object", "required": ["content"], "properties": {"content": CONTENT}},
        "responses": {
            "type": "object",
            "patternProperties": {"^[1-5]\\d\\d$": RESPONSE},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
OPENAPI = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"pattern": "^3\\.1\\.\\d+$"},
        "info": {"type": "object", "required": ["title", "version"]},
        "servers": {"type": "array", "items": {"type": "object", "required": ["url"]}},
        "security": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "array"}}},
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "type": "object",
                "propertyNames": {"enum": ["get", "put", "post", "delete", "options", "head", "patch", "trace"]},
                "additionalProperties": OPERATION,
            },
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {"type": "object", "propertyNames": {"pattern": "^[a-zA-Z0-9._-]+$"}},
                "securitySchemes": {"type": "object", "additionalProperties": {"required": ["type"]}},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def described(client):
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return json.loads(answer.body)


def schema_of(document, name):
    """A schema with those that it refers to beside it."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


SERVED = {
    "flowers": lambda: ServedTable(models.classifier().predictor_),
    "houses": lambda: ServedTable(models.regressor().predictor_),
    "hostile": lambda: ServedTable(models.hostile().predictor_),
    "network": lambda: ServedNetwork(models.network()),
}


@pytest.mark.parametrize("name", SERVED)
def test_it_is_valid(name):
    document = json.loads(json.dumps(openapi(SERVED[name](), "m")))
    jsonschema.validate(document, OPENAPI)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(set(ids)) == len(ids)


def test_what_is_answered_is_as_described(client):
    document = described(client)
    answers = schema_of(document, "Answers")
    for rows in (ROW, [ROW, {**ROW, "colour": "mauve"}], {name: [cell] * 3 for name, cell in ROW.items()}):
        answers.validate(client.predict(rows))
    answers.validate(client.predict([ROW, {**ROW, "length": "long"}], keep_going="true"))
    schema_of(document, "Health").validate(json.loads(client.get("/health").body))
    schema_of(document, "ModelInfo").validate(json.loads(client.get("/model").body))
    schema_of(document, "Problem").validate(json.loads(client.post("{").body))
    assert not answers.is_valid({"target": "y"})
    assert not answers.is_valid({"target": "y", "predicted": ["iris"], "probabilities": {"iris": [1.0]}})


def test_what_is_described_is_taken(client):
    document = described(client)
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    example = content["example"]
    assert set(example) == set(ROW)
    schema_of(document, "Row").validate(example)
    assert client.predict(example)["predicted"][0] in ("iris", "lily", "rose")
    schema_of(document, "Columns").validate({name: [cell, None] for name, cell in example.items()})
    assert not schema_of(document, "Row").is_valid({"length": 1})
    assert not schema_of(document, "Row").is_valid({**ROW, "length": [1]})


def test_every_route_and_status_is_described(client):
    paths = described(client)["paths"]
    assert set(paths) == {"/health", "/model", "/openapi.json", "/predict"}
    for path, methods in paths.items():
        for method, operation in methods.items():
            answer = client.get(path) if method == "get" else client.post(ROW)
            assert answer.status == 200
            assert answer.headers["content-type"] in operation["responses"]["200"]["content"]
            assert {"401", "403", "405"} <= set(operation["responses"])
    assert set(paths["/predict"]["post"]["responses"]) == {"200", "400", "401", "403", "405", "413", "415", "422"}


def test_the_model_is_told(client):
    info = json.loads(client.get("/model").body)
    assert (info["file"], info["kind"], info["task"], info["target"]) == (
        "flowers.model",
        "table",
        "classification",
        "y",
    )
    assert info["classes"] == ["iris", "lily", "rose"]
    columns = {column["name"]: column for column in info["columns"]}
    assert {name: column["kind"] for name, column in columns.items()} == {
        "length": "number",
        "colour": "category",
        "picked": "boolean",
        "day": "date",
    }
    assert columns["colour"]["categories"] == ["blue", "red", "white"]
    assert columns["colour"]["treatment"] == "3 categories, one input each: blue, red, white"
    assert info["network"]["layer_sizes"][-1] == 3
