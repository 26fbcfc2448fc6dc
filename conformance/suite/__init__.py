"""The suite: one module per section of the guide, and one for any API that has a document."""
