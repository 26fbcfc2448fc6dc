"""The guide's requirements, section by section."""
