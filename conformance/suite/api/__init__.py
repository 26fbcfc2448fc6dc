"""The suite for any API that has an OpenAPI document."""
