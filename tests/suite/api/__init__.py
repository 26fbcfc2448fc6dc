"""What holds for the suite of the api profile."""
